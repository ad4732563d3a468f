"""The figures of a case that sessions are held against each other by: rungs, quality and speed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from harness import formatting
from harness.judge.metrics import METRICS
from harness.judge.truth import PARTS
from harness.judge.verdict import Status
from harness.report.summary import worst
from harness.report.trend.sessions import CaseRecord, Session, trained_here

QUALITY_NOISE = {metric.name: metric.noise for metric in METRICS if metric.noise is not None}
"""Metrics of a reconstruction of which more is better, and how far two sound trainings may be apart in each."""
SPEED_NOISE = 0.5
"""Share of the ratio of two times that other work on the same machine may move."""


class Name(NamedTuple):
    """What a figure is of: a rung, a metric of one side's reconstruction, or a candidate's time a step."""

    kind: Literal["rung", "quality", "speed"]
    text: str


@dataclass(frozen=True)
class Rung:
    """A rung of a case: its checks by name, each with status and margin."""

    checks: Mapping[str, tuple[Status, float | None]]

    @property
    def status(self) -> str:
        """The worst status of its checks."""
        return worst(status for status, _ in self.checks.values())

    @property
    def margin(self) -> float | None:
        """The smallest margin of its checks: 1 all of the limit is left, 0 at the limit, negative beyond."""
        return min((margin for _, margin in self.checks.values() if margin is not None), default=None)


Figure = Rung | float
"""A rung; a metric; or the candidate's ms a step over the reference's."""


def figures_of(session: Session, case: CaseRecord) -> dict[Name, Figure]:
    """Every figure of a case that could be had."""
    return {
        **{Name("rung", rung): found for rung, found in _rungs(case).items()},
        **{Name("quality", text): value for text, value in _quality(case)},
        **{Name("speed", text): value for text, value in _speed(case, session.folder / case.id)},
    }


def noise_of(name: Name, value: float) -> float:
    """How far a metric or a ratio may be from `value` and still be the same."""
    return SPEED_NOISE * value if name.kind == "speed" else QUALITY_NOISE[name.text.rpartition(" ")[2]]


def shown(figure: Figure | None) -> str:
    """A figure as it is written for a reader."""
    if isinstance(figure, Rung):
        return figure.status + ("" if figure.margin is None else f", margin {formatting.number(figure.margin)}")
    return formatting.number(figure)


def _rungs(case: CaseRecord) -> dict[str, Rung]:
    checks: dict[str, dict[str, tuple[Status, float | None]]] = {}
    for check in case.checks:
        checks.setdefault(check.rung, {})[check.name] = (check.status, check.margin)
    return {rung: Rung(found) for rung, found in checks.items()}


def _quality(case: CaseRecord) -> Iterator[tuple[str, float]]:
    for backend, side in case.backends.items():
        for part in PARTS:
            for metric in QUALITY_NOISE:
                if (value := getattr(side.reconstruction.get(part), metric, None)) is not None:
                    yield f"{backend} {part} {metric}", float(value)


def _speed(case: CaseRecord, folder: Path) -> Iterator[tuple[str, float]]:
    """The ratio of what was measured side by side; a training from the store was timed in another session."""
    timed = trained_here(folder)
    times = {name: side.ms_per_step for name, side in case.backends.items() if name in timed}
    reference, *others = case.backends
    for candidate in others:
        own, base = times.get(candidate), times.get(reference)
        if own and base:
            yield f"{candidate} / {reference}", own / base
