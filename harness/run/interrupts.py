"""Signals that end a session early, and let it tidy up and write its report."""

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import TracebackType

INTERRUPTS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """In the block SIGTERM interrupts like SIGINT, and both do so even where a shell has them ignored.

    A thread that is not the main one gets no signals, and nothing is changed there.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.default_int_handler) for number in INTERRUPTS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def say_in_one_line() -> None:
    """From here on an interrupt that nobody catches ends this process with one line in place of a traceback.

    pytest and its plugins catch none outside of a session, while they import something or clear up.
    """
    sys.excepthook = _say


def _say(kind: type[BaseException], found: BaseException, where: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        print("interrupted.", file=sys.stderr)
    else:
        sys.__excepthook__(kind, found, where)
