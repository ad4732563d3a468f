"""`train_outputs/history.json`, what a training told after every epoch, and `history_summary.json`, it in figures."""

from numbers import Real
from typing import Annotated

from pydantic import BeforeValidator

from harness.records.metrics import NonfiniteRecord
from harness.records.record import Number, Record


def _number(value: object) -> object:
    """A backend from elsewhere may tell what is no number; like NaN, it is no finite one."""
    return value if isinstance(value, Real) else None


Metric = Annotated[float | None, BeforeValidator(_number)]


class Epoch(Record):
    """One epoch of a training."""

    epoch: int
    """Its number, from 1."""
    step: int
    """Steps that were taken until its end."""
    metrics: dict[str, Metric]
    """By name; None for what was no finite number."""


class History(Record):
    """The whole of `history.json`, written anew after every epoch."""

    epochs: tuple[Epoch, ...]


class MetricSummary(Record):
    """One metric of a training; `judge/telemetry.py` defines each figure."""

    first_nonfinite: int | None
    """The first epoch in which it was not finite."""
    nonfinite_epochs: int
    min: Number | None
    max: Number | None
    last: Number | None


class HistorySummary(Record):
    """The whole of `history_summary.json`."""

    epochs: int
    steps: int
    first_nonfinite: NonfiniteRecord | None
    metrics: dict[str, MetricSummary]
