"""Writes the progress of workers to pytest's terminal while the session waits for them."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.formatting import printable
from harness.session.progress import ProgressReader

_SECONDS_ON_A_TERMINAL = 3.0
_SECONDS_IN_A_LOG = 30.0
_POLL_SECONDS = 0.2


class ProgressLines(threading.Thread):
    """Thread that follows the progress files of a hub and writes their lines to the terminal.

    pytest's terminal and its capture are not made for threads. So in a session without pytest-xdist lines are
    written only inside `writing_allowed()`, while the main thread does nothing but wait.
    """

    def __init__(self, config: pytest.Config, hub: Path, store: Path) -> None:
        super().__init__(name="parity-progress", daemon=True)
        self._reporter: Any = config.pluginmanager.getplugin("terminalreporter")
        self._capture: Any = config.pluginmanager.getplugin("capturemanager")
        pause = _SECONDS_ON_A_TERMINAL if self._reporter.isatty else _SECONDS_IN_A_LOG
        self._reader = ProgressReader(hub, pause, store, config.getoption("numprocesses", None) or 1)
        self._may_write = threading.Lock()
        self._ended = threading.Event()
        if not config.pluginmanager.hasplugin("dsession"):
            self._may_write.acquire()

    @contextlib.contextmanager
    def writing_allowed(self) -> Iterator[None]:
        """Let lines be written during the block, in which the main thread does nothing but wait."""
        self._may_write.release()
        try:
            yield
        finally:
            self._may_write.acquire()

    def stop(self) -> None:
        """End the thread; nothing is written any more."""
        self._ended.set()

    def run(self) -> None:
        """Poll the files until the session ends."""
        while not self._ended.wait(_POLL_SECONDS):
            if self._may_write.acquire(timeout=_POLL_SECONDS):
                try:
                    self._write(self._reader.lines())
                finally:
                    self._may_write.release()

    def _write(self, lines: list[str]) -> None:
        if not lines:
            return
        with self._capture.global_and_fixture_disabled() if self._capture else contextlib.nullcontext():
            self._reporter.ensure_newline()
            for text in lines:
                self._reporter.write_line(printable(text))
