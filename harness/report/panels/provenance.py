"""Where the results of a case came from: the logs, and every file with its digest."""

from dataclasses import dataclass
from pathlib import Path

from harness import layout
from harness.session import manifest

LOG_LINES = 150
"""Lines of a log that the page shows: the first ones hold command and environment, the last ones how it ended."""
_HEAD = 30


@dataclass(frozen=True)
class Log:
    """A log with its first and its last lines."""

    name: str
    lines: int
    text: str


@dataclass(frozen=True)
class Artifact:
    """A file of a case."""

    name: str
    """Relative to the case."""
    size: int
    """Bytes."""
    sha256: str
    stage: str
    """The stage that wrote it."""


def logs(folder: Path) -> list[Log]:
    """Every log of a case."""
    return [_log(folder, path) for path in sorted(folder.rglob("*.log"))]


def _log(folder: Path, path: Path) -> Log:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    left_out = len(lines) - LOG_LINES
    shown = lines if left_out <= 0 else [*lines[:_HEAD], f"... {left_out} lines ...", *lines[_HEAD - LOG_LINES :]]
    return Log(path.relative_to(folder).as_posix(), len(lines), "\n".join(shown))


def artifacts(root: Path, folder: Path) -> list[Artifact]:
    """Every file of a case but its page, as the manifest will list it, by its name in the case."""
    entries = (manifest.entry(root, path) for path in manifest.files(folder) if path != folder / layout.INDEX)
    prefix = f"{folder.name}/"
    return [Artifact(one.path.removeprefix(prefix), one.size, one.sha256, one.stage) for one in entries]
