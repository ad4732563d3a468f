"""Where the results of a case come from: its logs, and its files with their digests."""

from dataclasses import dataclass
from pathlib import Path

from harness import layout
from harness.session import manifest

LOG_LINES = 150
"""Lines of a log that the page shows: the first ones, with command and environment, and the last ones."""
_HEAD = 30
"""How many of these lines are taken from the beginning of the log."""


@dataclass(frozen=True)
class Log:
    """A log: its path in the case, its number of lines, and the text that the page shows."""

    name: str
    lines: int
    text: str


@dataclass(frozen=True)
class Artifact:
    """A file of a case."""

    name: str
    """Path relative to the case folder."""
    size: int
    """Size in bytes."""
    sha256: str
    stage: str
    """The step of the session that wrote it, as the manifest names it."""


def logs(folder: Path) -> list[Log]:
    """All logs below a case folder, sorted by path."""
    return [_log(folder, path) for path in sorted(folder.rglob("*.log"))]


def _log(folder: Path, path: Path) -> Log:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    left_out = len(lines) - LOG_LINES
    shown = lines if left_out <= 0 else [*lines[:_HEAD], f"... {left_out} lines ...", *lines[_HEAD - LOG_LINES :]]
    return Log(path.relative_to(folder).as_posix(), len(lines), "\n".join(shown))


def artifacts(root: Path, folder: Path) -> list[Artifact]:
    """All files of a case except its page, as the manifest will list them, but with paths relative to the case."""
    entries = (manifest.entry(root, path) for path in manifest.files(folder) if path != folder / layout.INDEX)
    prefix = f"{folder.name}/"
    return [Artifact(one.path.removeprefix(prefix), one.size, one.sha256, one.stage) for one in entries]
