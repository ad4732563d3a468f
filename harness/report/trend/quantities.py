"""The quantities of a case by which sessions are compared: rungs, quality metrics, and speed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from harness import formatting
from harness.judge.metrics import METRICS
from harness.judge.truth import PARTS
from harness.judge.verdict import Status
from harness.report.summary import worst
from harness.report.trend.sessions import Session, SessionCase, trained_here

QUALITY_NOISE = {metric.name: metric.noise for metric in METRICS if metric.noise is not None}
"""Quality metrics, of which more is better, and how far two sound trainings may differ in each."""
SPEED_NOISE = 0.5
"""Relative change of the ratio of two times that other work on the same machine may cause."""


class Quantity(NamedTuple):
    """Name of a quantity: a rung, a quality metric of one side, or the time per step of a candidate."""

    kind: Literal["rung", "quality", "speed"]
    text: str


@dataclass(frozen=True)
class Rung:
    """The result of one rung of a case: its checks by name, each with status and margin."""

    checks: Mapping[str, tuple[Status, float | None]]

    @property
    def status(self) -> str:
        """The worst status of its checks."""
        return worst(status for status, _ in self.checks.values())

    @property
    def margin(self) -> float | None:
        """The smallest margin of its checks: 1 if all of the limit is left, 0 at the limit, negative beyond it."""
        return min((margin for _, margin in self.checks.values() if margin is not None), default=None)


Value = Rung | float
"""The value of a quantity: the result of a rung, a metric, or the candidate's time per step over the reference's."""


def values_of(session: Session, case: SessionCase) -> dict[Quantity, Value]:
    """The values of all quantities of a case that the session holds."""
    return {
        **{Quantity("rung", rung): found for rung, found in _rungs(case).items()},
        **{Quantity("quality", text): value for text, value in _quality(case)},
        **{Quantity("speed", text): value for text, value in _speed(case, session.folder / case.id)},
    }


def noise_of(name: Quantity, value: float) -> float:
    """How far a metric, or a ratio of times, may be from `value` without counting as changed."""
    return SPEED_NOISE * value if name.kind == "speed" else QUALITY_NOISE[name.text.rpartition(" ")[2]]


def formatted(value: Value | None) -> str:
    """A value as text for a reader."""
    if isinstance(value, Rung):
        return value.status + ("" if value.margin is None else f", margin {formatting.number(value.margin)}")
    return formatting.number(value)


def _rungs(case: SessionCase) -> dict[str, Rung]:
    checks: dict[str, dict[str, tuple[Status, float | None]]] = {}
    for check in case.checks:
        checks.setdefault(check.rung, {})[check.name] = (check.status, check.margin)
    return {rung: Rung(found) for rung, found in checks.items()}


def _quality(case: SessionCase) -> Iterator[tuple[str, float]]:
    for backend, side in case.backends.items():
        for part in PARTS:
            for metric in QUALITY_NOISE:
                if (value := getattr(side.reconstruction.get(part), metric, None)) is not None:
                    yield f"{backend} {part} {metric}", float(value)


def _speed(case: SessionCase, folder: Path) -> Iterator[tuple[str, float]]:
    """The time per step of each candidate over that of the reference, if both were trained in this session."""
    timed = trained_here(folder)
    times = {name: side.ms_per_step for name, side in case.backends.items() if name in timed}
    reference, *others = case.backends
    for candidate in others:
        own, base = times.get(candidate), times.get(reference)
        if own and base:
            yield f"{candidate} / {reference}", own / base
