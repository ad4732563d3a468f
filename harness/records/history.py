"""`train_outputs/history.json`: what a training told after every epoch."""

from numbers import Real
from typing import Annotated

from pydantic import BeforeValidator

from harness.records.record import Record


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
    """The whole file, written anew after every epoch."""

    epochs: tuple[Epoch, ...]


class FirstNonfinite(Record):
    """Where a training broke: the first metric, by epoch and then by name's order, that is not finite."""

    metric: str
    epoch: int


class MetricFigures(Record):
    """One metric of a training; least and largest are of the finite values, None where there are none."""

    first_nonfinite: int | None
    """Number of the first epoch in which it was not finite."""
    nonfinite_epochs: int
    min: float | None
    max: float | None
    last: float | None
    """None when it is not finite."""


class HistoryFigures(Record):
    """`history_summary.json`: a training in figures."""

    epochs: int
    steps: int
    first_nonfinite: FirstNonfinite | None
    metrics: dict[str, MetricFigures]
