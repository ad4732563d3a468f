"""A user's pair as the run sees it: who makes each side, what a side needs, and whose name is whose."""

import hashlib
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from harness import layout
from harness.errors import HarnessError
from harness.files import read_json, sha256, write_json
from harness.networks import registry
from harness.pipes import require_no_pipe
from harness.ports.contract import Contract
from harness.ports.mapping import PairMapping, by_name, by_order, completed, without_partner
from harness.run import revisions
from harness.run.interpreters import IMPORT_PATH, Needs
from harness.run.plan import SideInputs
from harness.run.sides import Side
from harness.scenario.case import Case
from harness.scenario.pair import UPSTREAM, UPSTREAM_VARIABLE, PairScenario, SideSpec
from harness.scenario.schema import Scenario

DISTRIBUTIONS = {
    "keras": ("tensorflow", "tensorflow-cpu", "keras", "torch"),
    "torch": ("torch",),
    "own": (),
    "command": (),
}
"""Distributions whose versions can change what a side of each toolkit computes."""
MODULES = {"keras": ("keras",), "torch": ("torch",), "own": (), "command": ()}
PROPOSALS = {"by_order": by_order, "by_name": by_name}


class UpstreamNotFound(HarnessError):  # noqa: N818 - an absence, which skips a case, and not an error of the user's
    """A pair imports a repository of which there is no checkout."""


def require_upstream(case: Case) -> None:
    """Raise `UpstreamNotFound`, with the command that gets a checkout, where a pair needs one and has none."""
    name = case.scenario.upstream
    if name is None or case.upstream is not None:
        return
    assert isinstance(case.scenario, PairScenario)
    raise UpstreamNotFound(
        f"there is no checkout of {name}; give --parity-upstream {name}=DIR or {UPSTREAM_VARIABLE}{name.upper()}=DIR. "
        f"To get one: {case.scenario.pair.upstream.get}"
    )


def _placed(case: Case, text: str) -> Path:
    """A path of the scenario, as seen from its folder or from the checkout."""
    return case.path.parent / Path(text.replace(UPSTREAM, str(case.upstream))).expanduser()


def side_of(scenario: Scenario, name: str) -> SideSpec | None:
    """What the scenario says of a side; None where it names none."""
    if not isinstance(scenario, PairScenario) or name not in scenario.pair.names:
        return None
    return (scenario.pair.reference, scenario.pair.candidate)[scenario.pair.names.index(name)]


def folder_of_code(case: Case) -> Path:
    """The folder whose repository has the revisions of a pair: the checkout that it imports, else the scenario's."""
    return case.upstream or case.path.parent.resolve()


def at_revision(case: Case, side: Side, store: Path, cancelled: threading.Event) -> Case:
    """The case of a pair as one of its sides sees it: with the files of the side's revision, where it has one.

    The scenario is the one that lies here, and so is the interpreter that it names.
    """
    if side.revision is None or not isinstance(case.scenario, PairScenario):
        return case
    folder = folder_of_code(case)
    then = revisions.files_of(folder, revisions.commit_of(folder, side.revision), store, cancelled)
    return replace(case, upstream=then) if case.upstream else replace(case, path=then / case.path.name)


def needs(scenario: Scenario, name: str) -> Needs | None:
    """What a side needs of its interpreter; None for a backend that is known by its name."""
    side = side_of(scenario, name)
    if side is None:
        return None
    source = (side.factory or side.reader).rpartition(":")[0]
    package = "" if source.endswith(".py") else source
    return Needs((*DISTRIBUTIONS[side.port], *side.requires), MODULES[side.port], package)


def modules(scenario: Scenario, name: str, port: str) -> tuple[str, ...]:
    """Modules of the harness that import the framework of a side, but for a port of another package."""
    side = side_of(scenario, name)
    if side is None:
        return (registry.module_of(port, scenario.network),) if port in registry.FRAMEWORKS else ()
    return (f"harness.toolkits.{side.port}.port",) if MODULES[side.port] else ()


def is_named_alike(scenario: Scenario) -> bool:
    """Whether the sides of a pair go by the names that they have, so that no contract is needed to know them."""
    return isinstance(scenario, PairScenario) and scenario.pair.weights == "by_name"


def variables(case: Case, name: str) -> dict[str, str]:
    """Environment variables that the scenario gives a side; PYTHONPATH holds folders as seen from the scenario's."""
    side = side_of(case.scenario, name)
    given = {} if side is None else side.environment
    found = {variable: text.replace(UPSTREAM, str(case.upstream)) for variable, text in given.items()}
    if IMPORT_PATH in found:
        folders = [_placed(case, folder) for folder in found[IMPORT_PATH].split(os.pathsep)]
        found[IMPORT_PATH] = os.pathsep.join(str(folder.resolve()) for folder in folders)
    return found


def python(case: Case, name: str) -> Path | None:
    """The interpreter that the scenario names for a side, a relative path from the scenario's folder."""
    side = side_of(case.scenario, name)
    return None if side is None or not side.python else _placed(case, side.python)


def side_inputs(case: Case, name: str) -> SideInputs:
    """Where the files of a side lie, and their digest; HarnessError when one is not there."""
    side = side_of(case.scenario, name)
    assert side is not None
    return SideInputs(home=case.path.parent.resolve(), upstream=case.upstream, code=_code(case, name, side))


def _code(case: Case, name: str, side: SideSpec) -> str:
    assert isinstance(case.scenario, PairScenario)
    total = hashlib.sha256()
    sources = [text.rpartition(":")[0] for text in (side.factory, side.reader, case.scenario.pair.oracle or "")]
    for text in (*(source for source in sources if source.endswith(".py")), *side.code):
        for path in _files(case, name, text):
            total.update(f"{path.name} {sha256(path)}\n".encode())
    return total.hexdigest()


def _files(case: Case, name: str, text: str) -> Iterator[Path]:
    path = _placed(case, text)
    if not path.exists():
        raise HarnessError(
            f"{case.path.name}: pair, {name}: there is no {text} beside the scenario; name one that is there."
        )
    found = sorted(path.rglob("*")) if path.is_dir() else [path]
    yield from (one for one in map(require_no_pipe, found) if one.is_file() and "__pycache__" not in one.parts)


def with_proposed_names(case: Case) -> Case:
    """The case as if it named no file for its mapping, so that one is proposed; HarnessError for one without a pair."""
    scenario = case.scenario
    if not isinstance(scenario, PairScenario):
        raise HarnessError(f"{case.path.name}: has no section pair; both ports use the names of its network.")
    if scenario.pair.weights in PROPOSALS:
        return case
    by_order_now = scenario.pair.model_copy(update={"weights": "by_order"})
    return replace(case, scenario=scenario.model_copy(update={"pair": by_order_now}))


def mapping(case: Case, case_dir: Path) -> dict[str, dict[str, str]] | None:
    """Whose name is whose, from the contracts that both sides left, also written to `mapping.json`; None without them.

    HarnessError when the file that the scenario names is no mapping.
    """
    scenario = case.scenario
    assert isinstance(scenario, PairScenario)
    paths = [case_dir / name / layout.CONTRACT_FOLDER / layout.CONTRACT for name in scenario.pair.names]
    if not all(path.is_file() for path in paths):
        return None
    reference, candidate = (Contract.model_validate(read_json(path)) for path in paths)
    chosen = scenario.pair.weights
    found = (
        PROPOSALS[chosen](reference, candidate) if chosen in PROPOSALS else PairMapping.read(case.path.parent / chosen)
    )
    lone = without_partner(reference, candidate, found)
    whole = completed(found, reference, candidate).model_dump()
    write_json(case_dir / layout.MAPPING, {**whole, "without_partner": lone})
    return whole
