"""`done.json`: the last file of a finished folder, which says what the folder holds.

It lists the size and the SHA-256 of every other file, beside what the folder was made from.
"""

from pathlib import Path
from typing import Any

from harness import layout
from harness.files import digest, sha256
from harness.records.done import DoneRecord, FileChecksum


def write_checksums(folder: Path, **facts: Any) -> None:
    """Write `done.json` with the size and SHA-256 of every file that `folder` holds now; it must be written last.

    `facts`: its other fields, which are `kind`, `key`, `made_from` and, of a leg, `seconds`.
    """
    DoneRecord(**facts, files={name: _size_and_digest(folder / name) for name in _file_names(folder)}).write(
        folder / layout.DONE
    )


def recorded_files(folder: Path) -> dict[str, FileChecksum]:
    """Size and SHA-256 of every file of a finished folder, as listed in `done.json`, by name relative to it."""
    return DoneRecord.read(folder / layout.DONE).files


def damage(folder: Path) -> str | None:
    """Describe the first difference between a finished folder and its `done.json`; None when there is none."""
    done = DoneRecord.read_if_whole(folder / layout.DONE)
    if done is None:
        return f"{layout.DONE} is missing or broken"
    if not done.files:
        return f"{layout.DONE} names no file"
    if unknown := sorted({*_file_names(folder)} - {*done.files}):
        return f"{layout.DONE} does not name {', '.join(unknown)}"
    for name, recorded in done.files.items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if path.stat().st_size != recorded.size or sha256(path) != recorded.sha256:
            return f"{name} is not what was written"
    return None


def misplaced(folder: Path, kind: str, key: str) -> str | None:
    """Say why an undamaged folder does not belong at the address (kind, key) of the store; None when it does.

    The key must be the digest of `made_from` in `done.json`: a file copied from another folder has another key.
    """
    done = DoneRecord.read(folder / layout.DONE)
    if (done.kind, done.key) != (kind, key):
        return f"{layout.DONE} is that of {done.kind}/{done.key}"
    if digest(done.made_from) != key:
        return f"{layout.DONE} says that it was made from something else"
    return None


def _size_and_digest(path: Path) -> FileChecksum:
    return FileChecksum(size=path.stat().st_size, sha256=sha256(path))


def _file_names(folder: Path) -> list[str]:
    paths = (path for path in folder.rglob("*") if path.is_file() and path != folder / layout.DONE)
    return sorted(path.relative_to(folder).as_posix() for path in paths)
