"""Metrics of a training's history: its final loss, the floor of that loss, and the first value that is not finite."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.special import xlogy

from harness import layout
from harness.arrays import Array
from harness.dataset.grouped import NOTHING, GroupedData
from harness.dataset.schedule import batch_order
from harness.judge import cached
from harness.judge.evidence import Evidence
from harness.records.history import Epoch, HistorySummary, MetricSummary
from harness.records.metrics import NonfiniteRecord


def final_loss(evidence: Evidence, backend: str) -> float | None:
    """The metric `loss` of the last epoch; None when there is no epoch or it is not finite."""
    epochs = evidence.history(backend)
    return _finite(epochs[-1].metrics.get("loss")) if epochs else None


def first_nonfinite(evidence: Evidence, backend: str) -> NonfiniteRecord | None:
    """First metric of a training that is not finite, and its epoch; None when all metrics of all epochs are finite."""
    for epoch in evidence.history(backend):
        for name, value in epoch.metrics.items():
            if _finite(value) is None:
                return NonfiniteRecord(metric=name, epoch=epoch.epoch)
    return None


def history_summary(evidence: Evidence, backend: str) -> HistorySummary:
    """Summary of a training: smallest, largest and last value of each metric, and where it is not finite."""
    epochs = evidence.history(backend)
    names = dict.fromkeys(name for epoch in epochs for name in epoch.metrics)
    return HistorySummary(
        epochs=len(epochs),
        steps=epochs[-1].step if epochs else 0,
        first_nonfinite=first_nonfinite(evidence, backend),
        metrics={name: _metric_summary(epochs, name) for name in names},
    )


def _metric_summary(epochs: Sequence[Epoch], name: str) -> MetricSummary:
    found = {epoch.epoch: _finite(epoch.metrics[name]) for epoch in epochs if name in epoch.metrics}
    finite = [value for value in found.values() if value is not None]
    broken = [epoch for epoch, value in found.items() if value is None]
    return MetricSummary(
        first_nonfinite=broken[0] if broken else None,
        nonfinite_epochs=len(broken),
        min=min(finite, default=None),
        max=max(finite, default=None),
        last=list(found.values())[-1],
    )


def loss_floor(evidence: Evidence, backend: str) -> float:
    """Smallest possible loss of the last epoch of a side; see `loss_floors`."""
    return float(loss_floors(evidence, backend)[-1])


def excesses(evidence: Evidence, backend: str) -> list[float]:
    """By how much the loss of each epoch exceeds its floor; empty unless all epochs were trained and are finite."""
    losses = [_finite(epoch.metrics.get("loss")) for epoch in evidence.history(backend)]
    known = [loss for loss in losses if loss is not None]
    if len(known) != evidence.scenario.training.epochs or len(losses) != len(known):
        return []
    return [loss - float(floor) for loss, floor in zip(known, loss_floors(evidence, backend), strict=True)]


def loss_floors(evidence: Evidence, backend: str) -> Array:
    """(epochs,) smallest possible losses: the Poisson term of a model that predicts every count exactly.

    A likelihood has an arbitrary zero, so losses are compared after this floor is subtracted.
    It is the mean over the patterns of a batch of sum(I - I log I) / nphotons with I = (s X)^2, and over the batches of
    an epoch, as a port reports it, times the term's weight; the floor of all other terms is zero. Each epoch has its
    own groups, and hence its own floor. Where the last batch of an epoch is smaller, its groups count for more.
    """
    weight = sum(term.weight for term in evidence.contract.losses if term.likelihood)
    data = _trained_on(evidence, backend)
    scale = float(evidence.setup.intensity_scale)
    counts = np.square(scale * data.X.astype(np.float64))
    floors = (counts - xlogy(counts, counts)).sum(axis=(1, 2))
    of_batches = [floors[data.groups[data.rows(step)]].mean() for step in range(len(data.batches))]
    means = np.reshape(of_batches, (evidence.scenario.training.epochs, -1)).mean(axis=1)
    return weight * means / float(evidence.setup.nphotons)


def _trained_on(evidence: Evidence, backend: str) -> GroupedData:
    """The data of the case, in the batches that a side was trained on: a member of an ensemble has another order.

    Which groups are in the last batch matters only where that is smaller than the others.
    """
    data = cached.grouped(evidence.case_dir / layout.DATASET / layout.TRAIN)
    scenario = evidence.trained_by(backend)
    training = scenario.training
    if training == evidence.scenario.training or NOTHING not in data.batches:
        return data
    order = batch_order(scenario.grouping, training.epochs, training.batch_size, training.seed)
    return replace(data, batches=order)


def _finite(value: float | None) -> float | None:
    """The value, or None where it is not finite; in JSON such a value is null."""
    return value if value is not None and math.isfinite(value) else None
