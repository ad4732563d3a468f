"""How far a backend is from itself, and the limits that this asks for.

A backend that is trained again from weights moved by one unit in the last place (`training.nudge`) is as correct as
before: what the rungs between the sides then measure is noise, and no limit between two correct ports can be below
it. Proposed is FACTOR times the worst that was measured, away from the best value, rounded up to two digits.
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
from harness.judge.tolerances import Limit, Limits
from harness.judge.verdict import Check
from harness.scenario.case import Case

RUNGS = ("telemetry", "patches", "scale", "agreement")
"""The rungs that hold the sides of one training against each other."""
FACTOR = 2
_TWO_DIGITS_UP = Context(prec=2, rounding=ROUND_CEILING)
_WITHOUT_RESULT = ("error", "inconclusive")


@dataclass(frozen=True)
class Measurement:
    """One figure between a backend and the same backend from nudged weights."""

    limit: Limit
    """The limit in force for the case; its name is the figure's."""
    case: str
    backend: str
    draw: int
    value: float | None
    """None where the figure is not finite."""

    @property
    def distance(self) -> float:
        """How far the figure is from its best value."""
        return float("inf") if self.value is None else abs(self.value - self.limit.best)


@dataclass(frozen=True)
class Proposal:
    """What the measurements ask of one limit."""

    worst: Measurement
    value: float | None
    """The proposed limit; None where the measurements ask for none."""
    verdict: str
    """looser, tighter or same; without a proposed value, why there is none."""

    @property
    def limit(self) -> Limit:
        """The limit in force."""
        return self.worst.limit


def measure(case: Case, backend: str, draw: int, first: Path, again: Path) -> list[Measurement]:
    """Every figure between two trainings of a backend whose case folders are `first` and `again`.

    Raises HarnessError when a figure could not be had.
    """
    other, limits = f"{backend} again", tolerances.limits_of(case)
    evidence = Evidence(first, (backend, other), {other: again / backend})
    checks = [check for rung in RUNGS for check in ladder.judge_rung(rung, evidence, limits).checks]
    for check in checks:
        if check.status in _WITHOUT_RESULT:
            where = f"{case.id}, {backend}, draw {draw}"
            raise HarnessError(f"{where}: {check.rung}.{check.name}: {check.message}")
    checks += _against_itself(evidence, limits)
    return [Measurement(limit, case.id, backend, draw, value) for limit, value in _between_sides(checks, limits)]


def _against_itself(evidence: Evidence, limits: Limits) -> list[Check]:
    """What the rung of the golden files would say of the second training, were the first the approved one."""
    findings = Findings("golden", limits.on(evidence.devices))
    first, again = (approved.of_side(evidence, side) for side in evidence.backends)
    for name, value in first.distances(again).items():
        findings.measure(name, value, name, name)
    return findings.checks


def _between_sides(checks: Iterable[Check], limits: Limits) -> Iterator[tuple[Limit, float | None]]:
    """The figures of both sides together, whose checks bear the names of their limits."""
    for check in checks:
        if (limit := limits.by_name.get(f"{check.rung}.{check.name}")) is not None:
            yield limit, check.value


def propose(measurements: Iterable[Measurement]) -> list[Proposal]:
    """One proposal for each limit that was measured; a scenario's own limits stand beside the ledger's."""
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
