"""A sign of life between two machines that share a folder: a file that one of them changes, and the other looks at.

The clocks of the two need not agree: that the file changes is what counts.
"""

import contextlib
import itertools
import time
from pathlib import Path

_BEAT_SECONDS = 2.0
_LOOK_SECONDS = 1.0
SILENT_SECONDS = 90.0
"""Who has given no sign for so long is gone; longer than a shared folder takes to show what was written."""


class Pulse:
    """The sign of life that this process gives."""

    def __init__(self, path: Path) -> None:
        self._path, self._count, self._next = path, itertools.count(), 0.0

    def beat(self) -> None:
        """Give a sign, unless the last one was just given; a folder that is gone is nobody's to look at."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _BEAT_SECONDS
            with contextlib.suppress(OSError):
                self._path.write_text(str(next(self._count)), encoding="ascii")

    def end(self) -> None:
        """Say that no further sign will come."""
        self._path.unlink(missing_ok=True)


class Listener:
    """Hears the sign of life of another process."""

    def __init__(self, path: Path) -> None:
        self._path, self._heard, self._since, self._next = path, b"", time.monotonic(), 0.0

    def is_gone(self) -> bool:
        """Whether the other has said so, by removing the file, or has been silent for too long."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + _LOOK_SECONDS
        try:
            heard = self._path.read_bytes()
        except OSError:
            return True
        if heard != self._heard:
            self._heard, self._since = heard, now
        return now - self._since > SILENT_SECONDS
