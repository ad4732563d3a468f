"""Calls that end together, whenever it is that one fails or the user interrupts."""

import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from harness.run.parallel import as_completed


class Interrupted(dict[str, Callable[[], bool]]):
    """Calls among which the user's interrupt arrives: after the first was submitted, before the second."""

    def items(self) -> Iterator[tuple[str, Callable[[], bool]]]:  # type: ignore[override]
        yield from list(super().items())[:1]
        raise KeyboardInterrupt


def wait(cancelled: threading.Event, seen: list[bool]) -> bool:
    seen.append(cancelled.wait(10))
    return seen[-1]


def test_results_come_with_their_names() -> None:
    found = dict(as_completed({"one": lambda: 1, "two": lambda: 2}, threading.Event()))
    assert found == {"one": 1, "two": 2}
    assert not dict(as_completed({}, threading.Event()))


def test_an_interrupt_between_two_submissions_stops_what_was_submitted() -> None:
    cancelled, seen = threading.Event(), []
    calls = Interrupted(one=partial(wait, cancelled, seen), two=partial(wait, cancelled, seen))
    with pytest.raises(KeyboardInterrupt):
        list(as_completed(calls, cancelled))
    assert seen == [True]


def test_a_call_that_raises_stops_the_others() -> None:
    cancelled, seen = threading.Event(), []
    with pytest.raises(ZeroDivisionError):
        list(as_completed({"one": partial(wait, cancelled, seen), "two": lambda: 1 // 0}, cancelled))  # type: ignore[dict-item]
    assert seen == [True]


def test_who_stops_asking_stops_them_all() -> None:
    cancelled, seen = threading.Event(), []
    results = as_completed({"one": partial(wait, cancelled, seen), "two": lambda: True}, cancelled)
    assert next(results) == ("two", True)
    results.close()  # type: ignore[attr-defined]
    assert seen == [True]
