"""`done.json`: the last file of a finished folder, which says what the folder holds.

It lists the size and the SHA-256 of every other file, beside what the folder was made from.
"""

from pathlib import Path
from typing import Any

from harness import layout
from harness.files import digest, sha256
from harness.records.done import DoneRecord, FileChecksum


def seal(folder: Path, **facts: Any) -> None:
    """Write `done.json`, with the other fields of `DoneRecord`, over what `folder` holds now; nothing may follow it."""
    DoneRecord(**facts, files={name: _mark(folder / name) for name in _names(folder)}).write(folder / layout.DONE)


def contents(folder: Path) -> dict[str, FileChecksum]:
    """Size and SHA-256 of every file of a sealed folder by its name relative to it, as they were recorded."""
    return DoneRecord.read(folder / layout.DONE).files


def damage(folder: Path) -> str | None:
    """Say what differs between a sealed folder and its seal; None when nothing does."""
    sealed = DoneRecord.read_if_whole(folder / layout.DONE)
    if sealed is None:
        return f"{layout.DONE} is missing or broken"
    if not sealed.files:
        return f"{layout.DONE} names no file"
    if unknown := sorted({*_names(folder)} - {*sealed.files}):
        return f"{layout.DONE} does not name {', '.join(unknown)}"
    for name, recorded in sealed.files.items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if path.stat().st_size != recorded.size or sha256(path) != recorded.sha256:
            return f"{name} is not what was written"
    return None


def misplaced(folder: Path, kind: str, key: str) -> str | None:
    """Say why an undamaged folder is not the one of a kind and a key; None when it is.

    Its key must be the digest of what it was made from: a seal that was copied from another folder names another key.
    """
    sealed = DoneRecord.read(folder / layout.DONE)
    if (sealed.kind, sealed.key) != (kind, key):
        return f"{layout.DONE} is that of {sealed.kind}/{sealed.key}"
    if digest(sealed.made_from) != key:
        return f"{layout.DONE} says that it was made from something else"
    return None


def _mark(path: Path) -> FileChecksum:
    return FileChecksum(size=path.stat().st_size, sha256=sha256(path))


def _names(folder: Path) -> list[str]:
    paths = (path for path in folder.rglob("*") if path.is_file() and path != folder / layout.DONE)
    return sorted(path.relative_to(folder).as_posix() for path in paths)
