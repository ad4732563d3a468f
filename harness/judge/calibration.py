"""Calibration: how far a backend is from itself after a nudge, and the limits that follow from it.

A backend that is trained again from weights moved by one unit in the last place (`training.nudge`) is as correct as
before: what the rungs measure between the two trainings is noise, and no limit between two correct ports can be below
it. The proposed limit is FACTOR times the largest measured distance from the best value, rounded up to two digits.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, Context
from pathlib import Path

from harness.errors import HarnessError
from harness.judge import ladder, tolerances
from harness.judge.evidence import Evidence
from harness.judge.findings import Findings
from harness.judge.golden import approved
from harness.judge.replay import REPLAYED
from harness.judge.tolerances import Limit, Limits
from harness.judge.verdict import Check
from harness.scenario.case import Case

RUNGS = ("telemetry", "patches", "scale", "agreement")
"""The rungs that compare two trainings with each other."""
FACTOR = 2
_TWO_DIGITS_UP = Context(prec=2, rounding=ROUND_CEILING)
_WITHOUT_RESULT = ("error", "inconclusive")
_NOTHING_TO_MEASURE = {("scale", "network"), ("agreement", "learned")}
"""Checks that say that a network has no intensity scale, or that neither has learned: values are as they are."""


@dataclass(frozen=True)
class Measurement:
    """One value that a rung measured between a backend and the same backend trained from nudged weights."""

    limit: Limit
    """The limit that the case has for this value."""
    case: str
    backend: str
    draw: int
    """Number of the nudge."""
    value: float | None
    """None where the measured value is not finite."""

    @property
    def distance(self) -> float:
        """Distance of the value from the best possible one; infinite where it is not finite."""
        return float("inf") if self.value is None else abs(self.value - self.limit.best)


@dataclass(frozen=True)
class Proposal:
    """The value that the measurements propose for one limit."""

    worst: Measurement
    """The measurement farthest from the best value."""
    value: float | None
    """The proposed limit; None where none can be proposed."""
    verdict: str
    """`looser`, `tighter` or `same`, compared with the present limit; or why there is no proposal."""

    @property
    def limit(self) -> Limit:
        """The present limit."""
        return self.worst.limit


def measure(case: Case, backend: str, draw: int, first: Path, again: Path) -> list[Measurement]:
    """Measure how far two trainings of one backend are apart, once for each limit of RUNGS and of the golden rung.

    Args:
        case: the case that was trained twice.
        backend: name of the backend.
        draw: number of the nudge that the second training started from.
        first: case folder of the first training.
        again: case folder of the second training.

    Raises:
        HarnessError: a rung could not measure one of the values.
    """
    other, limits = f"{backend} again", tolerances.limits_of(case)
    evidence = Evidence(first, (backend, other), {other: again / backend})
    checks = [check for rung in RUNGS for check in ladder.judge_rung(rung, evidence, limits).checks]
    for check in checks:
        if check.status in _WITHOUT_RESULT and not _measures_nothing(check):
            where = f"{case.id}, {backend}, draw {draw}"
            raise HarnessError(f"{where}: {check.rung}.{check.name}: {check.message}")
    checks += _against_itself(evidence, limits)
    return [Measurement(limit, case.id, backend, draw, value) for limit, value in _between_sides(checks, limits)]


def _measures_nothing(check: Check) -> bool:
    """Whether a check says nothing of two trainings: see _NOTHING_TO_MEASURE; none of them is replayed."""
    return (check.rung, check.name) in _NOTHING_TO_MEASURE or check.name.endswith(f".{REPLAYED}")


def _against_itself(evidence: Evidence, limits: Limits) -> list[Check]:
    """Checks of the golden rung for the second training, as if the first one were its approved result."""
    findings = Findings("golden", limits.on(evidence.devices))
    first, again = (approved.of_side(evidence, side) for side in evidence.backends)
    for name, value in first.distances(again).items():
        findings.measure(name, value, name, name)
    return findings.checks


def _between_sides(checks: Iterable[Check], limits: Limits) -> Iterator[tuple[Limit, float | None]]:
    """Limit and value of the checks that compare two sides; checks of a single side have no limit of that name."""
    for check in checks:
        if (limit := limits.by_name.get(f"{check.rung}.{check.name}")) is not None:
            yield limit, check.value


def propose(measurements: Iterable[Measurement]) -> list[Proposal]:
    """Propose a value for each limit that was measured; a limit that a scenario sets is separate from the ledger's."""
    by_limit: dict[tuple[str, str], list[Measurement]] = {}
    for measurement in measurements:
        by_limit.setdefault((measurement.limit.name, measurement.limit.origin), []).append(measurement)
    return [_proposal(max(found, key=lambda one: one.distance)) for found in by_limit.values()]


def _proposal(worst: Measurement) -> Proposal:
    limit = worst.limit
    if worst.value is None:
        return Proposal(worst, None, "none: a draw has no finite value")
    if worst.distance == 0:
        return Proposal(worst, None, "none: no noise was seen")
    room = float(_TWO_DIGITS_UP.create_decimal(f"{FACTOR * worst.distance:.12g}"))
    value = room if limit.sense == "at most" else round(limit.best - room, 12)
    entry = tolerances.entries()[limit.name]
    if entry.range is not None and value <= entry.range[0]:
        return Proposal(worst, None, "none: the noise leaves nothing to ask for")
    if math.isclose(value, limit.value):
        return Proposal(worst, value, "same")
    return Proposal(worst, value, "tighter" if limit.holds(value) else "looser")
