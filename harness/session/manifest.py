"""The manifest: every file of a hub with its size, its SHA-256 and the stage that wrote it. Written last."""

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path, PurePosixPath

from harness import layout
from harness.errors import HarnessError
from harness.files import sha256, write_text
from harness.judge import ladder
from harness.records.manifest import SCHEMA_VERSION, FileRecord, ManifestRecord
from harness.session.hub import read_session, require_planned_cases

_OWN = (layout.MANIFEST, layout.CHECKSUMS)
_JUDGE_FOLDERS = (layout.COMPARISON, layout.GREEN, layout.REASSEMBLY, layout.RED)
_REPORT_FILES = (
    layout.CASE, layout.PREPARED, layout.PROGRESS, layout.COLOURS, layout.HISTORY_SUMMARY, layout.TRAINING_TEXT,
    layout.PATCH_STATS_TEXT, layout.TELEMETRY,
)  # fmt: skip
_RENDERED = (".png", ".html")


def write(hub: Path) -> None:
    """Write `manifest.json`, and `checksums.txt` for `sha256sum -c`."""
    own = {hub / name for name in _OWN}
    entries = [entry(hub, path) for path in files(hub) if path not in own]
    ManifestRecord(schema_version=SCHEMA_VERSION, files=tuple(entries)).write(hub / layout.MANIFEST)
    write_text(hub / layout.CHECKSUMS, _checksums(entries))


def _checksums(entries: Iterable[FileRecord]) -> str:
    return "".join(f"{one.sha256}  {one.path}\n" for one in entries)


def changed(hub: Path) -> list[str]:
    """What differs from the manifest: files that are gone, changed or not listed; nothing without a manifest."""
    if not (hub / layout.MANIFEST).is_file():
        return []
    entries = ManifestRecord.read(hub / layout.MANIFEST).files
    different = [entry.path for entry in entries if not _holds(hub, entry)]
    if not _is_text(hub / layout.CHECKSUMS, _checksums(entries)):
        different.append(layout.CHECKSUMS)
    listed = {*_OWN, *(entry.path for entry in entries)}
    return different + [name for name in names(hub) if name not in listed]


def digests(hub: Path) -> dict[str, str]:
    """SHA-256 by name of every file of a hub but the manifest, as that states them; raises HarnessError without one.

    That of `checksums.txt` is the one that it has if it says the same as the manifest.
    """
    if not is_plain(hub / layout.MANIFEST):
        why = unverified(hub) or f"{hub}: its session did not come to its end, so it has no {layout.MANIFEST} yet"
        raise HarnessError(f"{why}; there is nothing to verify its files by.")
    entries = ManifestRecord.read(hub / layout.MANIFEST).files
    text = _checksums(entries)
    return {one.path: one.sha256 for one in entries} | {layout.CHECKSUMS: hashlib.sha256(text.encode()).hexdigest()}


def unverified(hub: Path) -> str:
    """Why nothing shows that the files of a hub are those of its session; empty where its manifest does.

    A session that did not come to its end has no manifest yet.
    """
    if (hub / layout.MANIFEST).is_file() or read_session(hub).finished is None:
        return ""
    return (
        f"{hub}: its session came to its end, and it has no {layout.MANIFEST}: "
        "nothing shows that its files are those of the session"
    )


def require_signed(hub: Path) -> None:
    """Raise HarnessError unless a hub holds what its session planned and its manifest lists.

    A session that did not come to its end has no manifest yet.
    """
    if reason := unverified(hub):
        raise HarnessError(f"{reason}; it is no evidence. Bring the file back, or run the session again.")
    require_unchanged(hub)
    require_planned_cases(hub)


def require_unchanged(hub: Path) -> None:
    """Raise HarnessError when a file differs from the manifest."""
    if different := changed(hub):
        names = ", ".join(different[:3]) + (", ..." if len(different) > 3 else "")
        raise HarnessError(
            f"{hub}: {len(different)} files differ from {layout.MANIFEST} ({names}); this hub is no evidence."
        )


def files(folder: Path) -> list[Path]:
    """Every plain file of a folder except hidden ones, sorted by relative name."""
    return [path for path in _shown(folder) if is_plain(path)]


def left_out(folder: Path) -> list[str]:
    """Relative names of the links, pipes and devices of a folder, which `files` leaves out."""
    return [path.relative_to(folder).as_posix() for path in _shown(folder) if not is_plain(path)]


def is_plain(path: Path) -> bool:
    """Whether a path is a file, and no link to one."""
    return path.is_file() and not path.is_symlink()


def _shown(folder: Path) -> list[Path]:
    """Everything in a folder that is neither a folder nor hidden, sorted by relative name."""
    found = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    parts = sorted((path.relative_to(folder).parts, path) for path in found)
    return [path for names, path in parts if not any(name.startswith(".") for name in names)]


def names(folder: Path) -> list[str]:
    """Relative names of everything in a folder that is neither a folder nor hidden, sorted."""
    return [path.relative_to(folder).as_posix() for path in _shown(folder)]


def _is_text(path: Path, text: str) -> bool:
    return is_plain(path) and path.read_bytes() == text.encode("utf-8", "surrogatepass")


def entry(hub: Path, path: Path) -> FileRecord:
    """The entry of one file: relative name, size, SHA-256, and the stage that wrote it."""
    name = path.relative_to(hub).as_posix()
    return FileRecord(path=name, size=path.stat().st_size, sha256=digest_of(path), stage=stage(name))


def digest_of(path: Path) -> str:
    """SHA-256 of a file, computed again only when the file has changed: pages and manifest both need it."""
    state = path.stat()
    return _digest(path, state.st_ino, state.st_mtime_ns, state.st_size)


@cache
def _digest(path: Path, *_state: int) -> str:
    return sha256(path)


def _holds(hub: Path, entry: FileRecord) -> bool:
    path = hub / entry.path
    return is_plain(path) and path.stat().st_size == entry.size and digest_of(path) == entry.sha256


def stage(name: str) -> str:
    """The stage that wrote the file of this relative name: scenario, dataset, run, judge or report."""
    path = PurePosixPath(name)
    if len(path.parts) == 1 or path.parts[0] == layout.STUDIES or path.suffix in _RENDERED:
        return "report"
    if path.name == layout.SCENARIO:
        return "scenario"
    if path.parts[1] == layout.CHECKS:  # one file a rung, and a rung may bear the name of a file of the report
        return "judge"
    if path.name in _REPORT_FILES:
        return "report"
    if path.parts[1] in _JUDGE_FOLDERS:
        return "run" if path.parts[1] == layout.RED and path.stem not in ladder.RUNGS else "judge"
    return "dataset" if path.parts[1] == layout.DATASET else "run"
