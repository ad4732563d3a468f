"""How small a fault may be and still be caught: bisection over its size, all faults of a side in each round."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.faults.catalogue import Injected
from harness.session.trials import Outcome, Trials

STRIDE = 100.0
"""Factor by which a size is made smaller until the fault is not caught any more."""
CLOSE = 2.0
"""The bisection ends when the caught and the missed size differ by no more than this factor."""
LEAST = 1e-15
"""No smaller size is tried: it would be rounding."""


@dataclass(frozen=True)
class Bracket:
    """Sizes between which one fault in one side begins to be caught."""

    natural: Injected
    """The fault at the size that the catalogue gives it."""
    caught: float | None
    """Smallest size that was caught; None where not even the natural one was."""
    missed: float | None
    """Largest size that was not caught; None where every size was caught."""
    rung: str | None
    """The lowest red rung at the smallest size."""

    @property
    def next(self) -> float | None:
        """Size of the next trial; None when the bisection has ended."""
        if self.caught is None:
            return self.natural.fault.size if self.missed is None else None
        if self.missed is None:
            smaller = self.caught / STRIDE
            return smaller if smaller >= LEAST else None
        return math.sqrt(self.caught * self.missed) if self.caught / self.missed > CLOSE else None

    def after(self, outcome: Outcome) -> "Bracket":
        """The bracket after one more trial."""
        size = outcome.injected.size
        if outcome.lowest_red_rung is None:
            return replace(self, missed=size)
        return replace(self, caught=size, rung=outcome.lowest_red_rung)


def bisect(trials: Trials, wanted: Iterable[Injected]) -> list[Bracket]:
    """The smallest size of every fault that has one, to a factor of `CLOSE`."""
    brackets = [Bracket(injected, None, None, None) for injected in wanted if injected.fault.size is not None]
    while wanted_trials := _next_trials(brackets):
        outcomes = {_key(outcome.injected): outcome for outcome in trials.run(wanted_trials)}
        brackets = [
            known.after(outcomes[_key(known.natural)]) if known.next is not None else known for known in brackets
        ]
    return brackets


def _next_trials(brackets: Sequence[Bracket]) -> list[Injected]:
    return [replace(bracket.natural, size=bracket.next) for bracket in brackets if bracket.next is not None]


def _key(injected: Injected) -> tuple[str, str]:
    return injected.fault.id, injected.backend


def row(bracket: Bracket) -> dict[str, Any]:
    """One bracket as an entry of `sensitivity.json`."""
    fault = bracket.natural.fault
    return {
        "fault": fault.id,
        "backend": bracket.natural.backend,
        "unit": fault.unit,
        "natural": fault.size,
        "caught": bracket.caught,
        "missed": bracket.missed,
        "rung": bracket.rung,
    }
