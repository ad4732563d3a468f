"""Approves a trained result: takes it from a hub into the golden files of a project."""

from pathlib import Path

from harness import layout
from harness.errors import HarnessError
from harness.judge.golden import approved, registry
from harness.judge.rungs import golden
from harness.records.environment import EnvironmentRecord
from harness.scenario.names import backend_of
from harness.scenario.resolved import read_resolved
from harness.session import case_runner, hub
from harness.session.golden.copy_approved import LEG


def approve(folder: Path, root: Path, case_dir: Path) -> None:
    """Make a case of the hub `root` the approved one in the golden files of `folder`.

    Raises HarnessError for a case that must not be approved: run with overrides or an injected fault, not run to its
    end, or with a metric that is not finite.
    """
    planned = hub.read_case(case_dir)
    if not case_runner.is_prepared(case_dir):
        raise HarnessError(f"{case_dir.name}: was not run to its end; there is nothing to approve.")
    if what := planned.fault or ", ".join(planned.overrides):
        raise HarnessError(f"{case_dir.name}: was run with {what}; only a case as it stands can be approved.")
    if asked := [name for name in planned.backends if backend_of(name) != name]:
        raise HarnessError(
            f"{case_dir.name}: ran as {', '.join(asked)}; only backends as they lie here can be approved."
        )
    evidence = case_runner.cached_evidence(case_dir, planned.backends)
    scenario, written = registry.depends_on(read_resolved(case_dir / layout.SCENARIO), LEG), {}
    for backend in evidence.backends:
        found = approved.of_side(evidence, backend)
        if missing := [name for name, value in found.quantities.items() if value is None]:
            raise HarnessError(
                f"{case_dir.name}, {backend}: {', '.join(missing)} is not finite and cannot be approved."
            )
        provenance = {
            "case": planned.id,
            "profile": planned.profile,
            "scenario": scenario,
            "environment": golden.environment(evidence, backend),
            **_source(root),
        }
        for path in approved.write(registry.trained(folder, planned.profile, planned.id), backend, found):
            written[path.relative_to(folder).as_posix()] = registry.entry(path, **provenance)
    registry.register(folder, written)


def _source(root: Path) -> dict[str, str | None]:
    environment = EnvironmentRecord.read_if_whole(root / layout.ENVIRONMENT) or EnvironmentRecord()
    dirty, commit = " with changes" if environment.dirty else "", environment.git_commit
    return {"hub": root.resolve().name, "commit": commit and commit + dirty}
