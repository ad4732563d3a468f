"""`train_outputs/history.json`, the metrics of every epoch of a training, and its digest `history_summary.json`."""

from numbers import Real
from typing import Annotated

from pydantic import BeforeValidator

from harness.records.metrics import NonfiniteRecord
from harness.records.record import Number, Record


def _number(value: object) -> object:
    """Turn what is not a number, as a backend of another project may report it, into None, like NaN."""
    return value if isinstance(value, Real) else None


Metric = Annotated[float | None, BeforeValidator(_number)]


class Epoch(Record):
    """One epoch of a training."""

    epoch: int
    """Number of the epoch, from 1."""
    step: int
    """Optimiser steps taken from the start of the training to the end of this epoch."""
    metrics: dict[str, Metric]
    """Metrics by name, such as `loss`; None for one that was not a finite number."""


class History(Record):
    """Contents of `history.json`, which the training rewrites after every epoch."""

    epochs: tuple[Epoch, ...]


class MetricSummary(Record):
    """Smallest, largest and last value of one metric of a training, over its finite values."""

    first_nonfinite: int | None
    """First epoch in which the metric was not finite; None where it always was."""
    nonfinite_epochs: int
    """Number of epochs in which the metric was not finite."""
    min: Number | None
    max: Number | None
    last: Number | None


class HistorySummary(Record):
    """Contents of `history_summary.json`; `judge/telemetry.py` computes it."""

    epochs: int
    steps: int
    first_nonfinite: NonfiniteRecord | None
    metrics: dict[str, MetricSummary]
