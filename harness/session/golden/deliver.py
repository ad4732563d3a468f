"""Approved results, brought beside a case that will be held against them.

A case's folder keeps a copy of what it was held against, so that an old hub can be judged again.
"""

import contextlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness import layout
from harness.errors import HarnessError
from harness.files import write_json
from harness.judge.golden import approved, registry
from harness.scenario.case import Case

LEG = "infer"
"""What a trained result is the outcome of."""


def deliver(folder: Path, case: Case, backends: Sequence[str], case_dir: Path) -> None:
    """Copy what is approved of a case from the golden files in `folder`, with its provenance and what is wrong with it.

    Nothing is approved of a case whose result an override of the session changes.
    """
    target, sides = case_dir / layout.GOLDEN, {}
    if not (changed := _is_changed(folder, case)):
        sides = {backend: side for backend in backends if (side := _side(folder, case, backend, target))}
    reason = None if sides else _why_nothing(case, changed)
    write_json(target / layout.PROVENANCE, {"reason": reason, "sides": sides})


def _is_changed(folder: Path, case: Case) -> bool:
    """Whether an override makes the case another one than what is approved under its name."""
    if not case.overrides:
        return False
    with contextlib.suppress(HarnessError):  # of a broken registry each side tells
        place = registry.trained(Path(), case.profile, case.id)
        held = {one.scenario for name, one in registry.read(folder).items() if place in Path(name).parents}
        return bool(held) and registry.depends_on(case.scenario, LEG) not in held
    return False


def _why_nothing(case: Case, changed: bool) -> str:
    if changed:
        return f"{', '.join(case.overrides)} was overridden, and what is approved is the case as it stands"
    hint = "propose one with python -m harness golden propose HUB"
    return f"no result of this case is approved for the profile {case.profile}; {hint}"


def _side(folder: Path, case: Case, backend: str, target: Path) -> dict[str, Any] | None:
    """The record of a side, whose files are copied unless something is wrong with them; None where there are none."""
    place, scenario = registry.trained(Path(), case.profile, case.id), registry.depends_on(case.scenario, LEG)
    wanted = [(place / f"{backend}{suffix}").as_posix() for suffix in approved.SUFFIXES]
    try:
        held = registry.read(folder)
        if not any(name in held or (folder / name).exists() for name in wanted):
            return None
        if problem := next(filter(None, (registry.problem(folder, held, name, scenario) for name in wanted)), ""):
            return {"problem": problem.replace(f"{folder}/", ""), "files": {}}
    except HarnessError as problem:
        return {"problem": str(problem).replace(f"{folder}/", ""), "files": {}}
    for name in wanted:
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, target / Path(name).name)
    return {"problem": None, "files": {Path(name).name: held[name].model_dump() for name in wanted}}
