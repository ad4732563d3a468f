"""Copies approved results into the folder of a case that will be compared with them.

The copy stays in the hub, so that an old hub can be judged again.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness import layout
from harness.errors import HarnessError
from harness.judge.golden import approved, registry
from harness.records.golden import Entry, Provenance, SideRecord
from harness.scenario.case import Case
from harness.scenario.names import backend_of

LEG = "infer"
"""The leg whose results are approved."""


def copy_approved(folder: Path, case: Case, backends: Sequence[str], case_dir: Path) -> None:
    """Copy the approved results of a case to `golden/` in its folder, and write `provenance.json` there.

    A case whose result an override of the session changes has no approved results.

    Args:
        folder: The golden files.
        case: The case.
        backends: The pair, reference first.
        case_dir: Folder of the case in the hub.
    """
    found = _provenance(folder, case, backends)
    target, place = case_dir / layout.GOLDEN, registry.trained(folder, case.profile, case.id)
    target.mkdir(parents=True, exist_ok=True)
    for name in (name for side in found.sides.values() for name in side.files):
        shutil.copyfile(place / name, target / name)
    found.write(target / layout.PROVENANCE)


def _provenance(folder: Path, case: Case, backends: Sequence[str]) -> Provenance:
    try:
        registered = registry.read(folder)
    except HarnessError as broken:
        problem = SideRecord(problem=str(broken).replace(f"{folder}/", ""))
        return Provenance(reason=None, sides=dict.fromkeys(backends, problem))
    place, today = registry.trained(Path(), case.profile, case.id), registry.depends_on(case.scenario, LEG)
    approved_of = {one.scenario for name, one in registered.items() if place in Path(name).parents}
    if case.overrides and approved_of and today not in approved_of:
        changed = f"{', '.join(case.overrides)} was overridden, and what is approved is the case as it stands"
        return Provenance(reason=changed, sides={})
    sides = {backend: side for backend in backends if (side := _side(folder, registered, place, backend, today))}
    hint = "propose one with python -m harness golden propose HUB"
    nothing = f"no result of this case is approved for the profile {case.profile}; {hint}"
    return Provenance(reason=None if sides else nothing, sides=sides)


def _side(folder: Path, registered: Mapping[str, Entry], place: Path, backend: str, today: str) -> SideRecord | None:
    """What is approved of a side, or what is wrong with that; None where nothing is approved of it."""
    wanted = [path.as_posix() for path in approved.paths_of(place, backend_of(backend))]
    if not any(name in registered or (folder / name).exists() for name in wanted):
        return None
    if problem := next(filter(None, (registry.problem(folder, registered, name, today) for name in wanted)), ""):
        return SideRecord(problem=problem.replace(f"{folder}/", ""))
    return SideRecord(files={Path(name).name: registered[name] for name in wanted})
