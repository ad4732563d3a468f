"""What holds for every test of the harness's own."""

import signal

import pytest


@pytest.fixture(scope="session", autouse=True)
def interrupts() -> None:
    """A job in the background of a shell ignores Ctrl-C, and so would the processes that the tests interrupt."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """No test here is a rung of the ladder: where only rungs are asked for, importing these is time lost."""
    return True if config.option.markexpr == "parity" else None
