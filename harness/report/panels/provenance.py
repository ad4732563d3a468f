"""Where the results of a case came from: the sides' environments, the logs, and every file with its digest."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from harness import layout
from harness.records.run import RunMetadata, SideRecord
from harness.session import manifest

LOG_LINES = 150
"""Lines of a log that the page shows: the first ones hold command and environment, the last ones how it ended."""
_HEAD = 30


def environments(folder: Path) -> dict[str, SideRecord]:
    """By backend: interpreter, versions, device, threads and the variables that matter."""
    metadata = RunMetadata.read_if_whole(folder / layout.RUN_METADATA)
    return {} if metadata is None else metadata.backends


def logs(folder: Path) -> list[dict[str, Any]]:
    """Every log by its name, with its first and its last lines."""
    return [_log(folder, path) for path in sorted(folder.rglob("*.log"))]


def _log(folder: Path, path: Path) -> dict[str, Any]:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    left_out = len(lines) - LOG_LINES
    shown = lines if left_out <= 0 else [*lines[:_HEAD], f"... {left_out} lines ...", *lines[_HEAD - LOG_LINES :]]
    return {"name": path.relative_to(folder).as_posix(), "lines": len(lines), "text": "\n".join(shown)}


def artifacts(root: Path, folder: Path) -> list[dict[str, Any]]:
    """Every file of a case but its page, as the manifest will list it, by its name in the case."""
    entries: Iterable[dict[str, Any]] = (manifest.entry(root, path) for path in manifest.files(folder))
    prefix = f"{folder.name}/"
    named = ({**entry, "name": entry["path"].removeprefix(prefix)} for entry in entries)
    return [entry for entry in named if entry["name"] != layout.INDEX]
