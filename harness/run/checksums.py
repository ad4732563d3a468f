"""`done.json`: the last file of a finished folder, which says what the folder holds.

It lists the size and the SHA-256 of every other file, beside whatever facts its maker adds.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness import layout
from harness.errors import HarnessError
from harness.files import digest, read_json, sha256, write_json


def seal(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write `done.json` over the files that `folder` holds now; nothing may be written after it."""
    files = {name: {"size": (folder / name).stat().st_size, "sha256": sha256(folder / name)} for name in _names(folder)}
    write_json(folder / layout.DONE, {**facts, "files": files})


def contents(folder: Path) -> dict[str, dict[str, Any]]:
    """Size and SHA-256 of every file of a sealed folder by its name relative to it, as they were recorded."""
    files: dict[str, dict[str, Any]] = read_json(folder / layout.DONE)["files"]
    return files


def damage(folder: Path) -> str | None:
    """Say what differs between a sealed folder and its seal; None when nothing does."""
    try:
        recorded = {name: (mark["size"], mark["sha256"]) for name, mark in contents(folder).items()}
    except (HarnessError, AttributeError, KeyError, TypeError):
        return f"{layout.DONE} is missing or broken"
    if not recorded:
        return f"{layout.DONE} names no file"
    if unknown := sorted({*_names(folder)} - {*recorded}):
        return f"{layout.DONE} does not name {', '.join(unknown)}"
    for name, (size, sha) in recorded.items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if path.stat().st_size != size or sha256(path) != sha:
            return f"{name} is not what was written"
    return None


def misplaced(folder: Path, kind: str, key: str) -> str | None:
    """Say why an undamaged folder is not the one of a kind and a key; None when it is.

    Its key must be the digest of what it was made from: a seal that was copied from another folder names another key.
    """
    sealed = read_json(folder / layout.DONE)
    if (sealed.get("kind"), sealed.get("key")) != (kind, key):
        return f"{layout.DONE} is that of {sealed.get('kind')}/{sealed.get('key')}"
    if digest(sealed.get("made_from")) != key:
        return f"{layout.DONE} says that it was made from something else"
    return None


def _names(folder: Path) -> list[str]:
    paths = (path for path in folder.rglob("*") if path.is_file() and path != folder / layout.DONE)
    return sorted(path.relative_to(folder).as_posix() for path in paths)
