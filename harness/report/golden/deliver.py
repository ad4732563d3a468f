"""Approved results, brought beside a case that will be held against them.

A case's folder keeps a copy of what it was held against, so that an old hub can be judged again.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.errors import HarnessError
from harness.files import write_json
from harness.judge.golden import approved, registry
from harness.judge.rungs import golden
from harness.scenario.case import Case

LEG = "infer"
"""What a trained result is the outcome of."""


def deliver(folder: Path, case: Case, backends: Sequence[str], case_dir: Path) -> None:
    """Copy what is approved of a case from the golden files in `folder`, with its provenance and what is wrong with it.

    Nothing is approved of a case that was changed for one session.
    """
    target = case_dir / golden.FOLDER
    record: dict[str, Any] = {"reason": _reason(folder, case, backends), "sides": {}}
    if record["reason"] is None:
        record["sides"] = {backend: side for backend in backends if (side := _side(folder, case, backend, target))}
    write_json(target / golden.PROVENANCE, record)


def names(profile: str, case: str, backend: str) -> list[str]:
    """The files of a side, relative to the folder of the golden files."""
    return [f"{registry.TRAINED}/{profile}/{case}/{backend}{suffix}" for suffix in approved.SUFFIXES]


def _reason(folder: Path, case: Case, backends: Sequence[str]) -> str | None:
    """Why there is nothing to hold a case against; None where there is."""
    if case.overrides:
        return f"{', '.join(case.overrides)} was overridden, and what is approved is the case as it stands"
    if any((folder / registry.TRAINED / case.profile / case.id).glob("*")) or _entries(folder, case, backends):
        return None
    hint = "propose one with python -m harness golden propose HUB"
    return f"no result of this case is approved for the profile {case.profile}; {hint}"


def _entries(folder: Path, case: Case, backends: Sequence[str]) -> bool:
    try:
        held = registry.read(folder)
    except HarnessError:
        return True  # a broken registry is told for each side
    return any(name in held for backend in backends for name in names(case.profile, case.id, backend))


def _side(folder: Path, case: Case, backend: str, target: Path) -> dict[str, Any] | None:
    wanted, scenario = names(case.profile, case.id, backend), registry.depends_on(case.scenario, LEG)
    try:
        held = registry.read(folder)
        if not any(name in held or (folder / name).exists() for name in wanted):
            return None
        if problem := next(filter(None, (registry.problem(folder, name, scenario) for name in wanted)), ""):
            return {"problem": problem.replace(f"{folder}/", ""), "entry": None}
    except HarnessError as problem:
        return {"problem": str(problem).replace(f"{folder}/", ""), "entry": None}
    for name in wanted:
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, target / Path(name).name)
    return {"problem": None, "entry": held[wanted[-1]].model_dump()}
