"""The pair of `--parity-backends`: two backends, each with what is asked of it alone, such as `torch@main,torch`."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from harness.errors import HarnessError
from harness.run import devices
from harness.run.keys import PACKAGE
from harness.run.revisions import commit_of
from harness.run.sides import Side
from harness.scenario.names import is_folder_of_case

OPTION = "--parity-backends"
BACKEND_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
"""Allowed names of a backend, which names the folder of its files in a hub."""
_DEVICE = re.compile(r"cpu|gpu(:\d+)?")


def parse(text: str) -> dict[str, Side]:
    """The two sides by name, the reference first: `BACKEND[@REVISION][@DEVICE][=INTERPRETER]` each.

    Raises HarnessError for anything else, for two sides that are the same, for a revision that is none of the harness's
    repository where the backend is not a side of a user's pair, and for an interpreter that cannot be run.
    """
    sides = [_side(part.strip()) for part in text.split(",")]
    if len(sides) != 2 or sides[0] == sides[1]:
        raise HarnessError(
            f"{OPTION}: found {text!r}; two different names, reference first, such as tensorflow,torch, "
            "or torch@main,torch."
        )
    return {side.name: side for side in _told_apart(sides)}


def _side(text: str) -> Side:
    named, equals, python = text.partition("=")
    backend, *asked = named.split("@")
    _require_name(backend, text)
    found = [part for part in asked if _DEVICE.fullmatch(part)]
    revisions = [part for part in asked if part not in found]
    if len(found) > 1 or len(revisions) > 1 or not all(asked) or (equals and not python):
        raise HarnessError(
            f"{OPTION}: found {text!r}; allowed: BACKEND, with @REVISION, @cpu or @gpu, and =INTERPRETER behind it."
        )
    for device in found:
        devices.choose(device)  # says what is wrong with a device before anything runs
    program = interpreter(OPTION, text, python) if equals else None
    parts = [backend, *(f"@{part}" for part in asked), *([f"={_environment(program)}"] if program else [])]
    name = re.sub(r"[^A-Za-z0-9_.@=-]", "-", "".join(parts))
    return Side(name, backend, next(iter(revisions), None), next(iter(found), None), program)


def _require_name(backend: str, text: str) -> None:
    if not BACKEND_NAME.fullmatch(backend):
        raise HarnessError(f"{OPTION}: found {text!r}; allowed: letters, digits, '-' and '_', such as tensorflow.")
    if is_folder_of_case(backend):
        raise HarnessError(f"{OPTION}: found {backend!r}; allowed: any other name, for it is a folder of every case.")


def interpreter(option: str, text: str, python: str) -> Path:
    """The program `python` that the `text` of an option names; raises HarnessError where it cannot be run."""
    path = Path(python).expanduser().absolute()
    if not os.access(path, os.X_OK) or path.is_dir():
        raise HarnessError(f"{option}: {text} names no program that can be run; name an interpreter.")
    return path


def _environment(python: Path) -> str:
    """Name of the environment of an interpreter: the folder that holds it, or its `bin`."""
    folders = [part for part in python.parent.parts[1:] if part not in ("bin", "Scripts")]
    return folders[-1] if folders else python.name


def _told_apart(sides: Sequence[Side]) -> list[Side]:
    """The sides under different names: two environments of one name are the reference's and the candidate's."""
    if sides[0].name.casefold() != sides[1].name.casefold():
        return list(sides)
    return [
        Side(f"{side.name}-{role}", side.backend, side.revision, side.device, side.interpreter)
        for side, role in zip(sides, ("reference", "candidate"), strict=True)
    ]


def require_revision(side: Side, folder: Path | None = None) -> None:
    """Raise HarnessError where a side names a revision that is none of the repository that holds its code.

    `folder`: of a side of a user's pair, where its code lies; else the harness's own package.
    """
    if side.revision is not None:
        try:
            commit_of(folder or PACKAGE, side.revision)
        except HarnessError as reason:
            raise HarnessError(f"{OPTION}: {side.name}: {reason}") from reason
