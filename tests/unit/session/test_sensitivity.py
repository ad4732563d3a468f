"""The bisection over the size of a fault: it ends, and brackets the size from which on the fault is caught."""

from collections.abc import Iterator, Sequence

import pytest

from harness.faults.catalogue import Injected, named
from harness.session.sensitivity import CLOSE, LEAST, bisect
from harness.session.trials import Outcome

OFF = Injected(named("scale.off"), "torch")


class From:
    """Trials in which a fault is caught from a size on."""

    def __init__(self, size: float) -> None:
        self.size = size

    def run(self, wanted: Sequence[Injected]) -> Iterator[Outcome]:
        for injected in wanted:
            assert injected.size is not None
            red = ("stages",) if injected.size >= self.size else ()
            yield Outcome(injected, red, ("stages",), "")


@pytest.mark.parametrize("size", [3e-3, 4e-7, 2e-12])
def test_the_smallest_size_that_is_caught_is_bracketed(size: float) -> None:
    [found] = bisect(From(size), [OFF, Injected(named("scale.sign"), "torch")])
    assert found.missed < size <= found.caught <= CLOSE * found.missed
    assert found.rung == "stages"


def test_what_is_never_caught_and_what_always_is_end_the_search() -> None:
    [never], [always] = (bisect(From(size), [OFF]) for size in (1.0, 0.0))
    assert (never.caught, never.missed) == (None, OFF.fault.size)
    assert always.missed is None
    assert always.caught < 1e3 * LEAST
