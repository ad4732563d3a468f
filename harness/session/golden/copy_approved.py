"""Approved results, brought beside a case that will be held against them.

A case's folder keeps a copy of what it was held against, so that an old hub can be judged again.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness import layout
from harness.errors import HarnessError
from harness.judge.golden import approved, registry
from harness.records.golden import Entry, Provenance, SideRecord
from harness.scenario.case import Case

LEG = "infer"
"""What a trained result is the outcome of."""


def copy_approved(folder: Path, case: Case, backends: Sequence[str], case_dir: Path) -> None:
    """Copy what is approved of a case from the golden files in `folder`, with its provenance and what is wrong with it.

    Nothing is approved of a case whose result an override of the session changes.
    """
    found = _provenance(folder, case, backends)
    target, place = case_dir / layout.GOLDEN, registry.trained(folder, case.profile, case.id)
    target.mkdir(parents=True, exist_ok=True)
    for name in (name for side in found.sides.values() for name in side.files):
        shutil.copyfile(place / name, target / name)
    found.write(target / layout.PROVENANCE)


def _provenance(folder: Path, case: Case, backends: Sequence[str]) -> Provenance:
    try:
        held = registry.read(folder)
    except HarnessError as broken:
        problem = SideRecord(problem=str(broken).replace(f"{folder}/", ""))
        return Provenance(reason=None, sides=dict.fromkeys(backends, problem))
    place, today = registry.trained(Path(), case.profile, case.id), registry.depends_on(case.scenario, LEG)
    approved_of = {one.scenario for name, one in held.items() if place in Path(name).parents}
    if case.overrides and approved_of and today not in approved_of:
        changed = f"{', '.join(case.overrides)} was overridden, and what is approved is the case as it stands"
        return Provenance(reason=changed, sides={})
    sides = {backend: side for backend in backends if (side := _side(folder, held, place, backend, today))}
    hint = "propose one with python -m harness golden propose HUB"
    nothing = f"no result of this case is approved for the profile {case.profile}; {hint}"
    return Provenance(reason=None if sides else nothing, sides=sides)


def _side(folder: Path, held: Mapping[str, Entry], place: Path, backend: str, today: str) -> SideRecord | None:
    """The record of a side; None where nothing is approved of it."""
    wanted = [path.as_posix() for path in approved.paths_of(place, backend)]
    if not any(name in held or (folder / name).exists() for name in wanted):
        return None
    if problem := next(filter(None, (registry.problem(folder, held, name, today) for name in wanted)), ""):
        return SideRecord(problem=problem.replace(f"{folder}/", ""))
    return SideRecord(files={Path(name).name: held[name] for name in wanted})
