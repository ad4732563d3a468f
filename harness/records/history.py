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
