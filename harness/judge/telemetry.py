"""What the history of a training tells: its last loss, how far that is from the floor, and what broke first."""

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import xlogy

from harness import layout
from harness.dataset.grouped import GroupedData
from harness.judge.evidence import Evidence
from harness.records.history import Epoch, HistorySummary, MetricSummary
from harness.records.metrics import NonfiniteRecord


def final_loss(evidence: Evidence, backend: str) -> float | None:
    """`loss` of the last epoch; None when it is not finite."""
    epochs = evidence.history(backend)
    return _finite(epochs[-1].metrics.get("loss")) if epochs else None


def first_nonfinite(evidence: Evidence, backend: str) -> NonfiniteRecord | None:
    """Where a training broke; None when every metric of every epoch is finite."""
    for epoch in evidence.history(backend):
        for name, value in epoch.metrics.items():
            if _finite(value) is None:
                return NonfiniteRecord(metric=name, epoch=epoch.epoch)
    return None


def history_summary(evidence: Evidence, backend: str) -> HistorySummary:
    """The history of a training in figures: of each metric its least, largest and last value, and where it broke."""
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


def loss_floor(evidence: Evidence) -> float:
    """The least that the loss of the last epoch can be: the Poisson term of a model that predicts every count exactly.

    A likelihood has an arbitrary zero, so losses of two sides are compared by what they exceed this by.
    Mean over the patterns that the last epoch was fed of sum(I - I log I) / nphotons with I = (s X)^2, times the
    term's weight; the other terms have their floor at zero. Each epoch draws other groups, and has another floor.
    """
    weight = sum(term.weight for term in evidence.contract.losses if term.likelihood)
    data = GroupedData.load(evidence.case_dir / layout.DATASET / layout.TRAIN)
    scale = float(evidence.setup.intensity_scale)
    counts = np.square(scale * data.X.astype(np.float64))
    floors = (counts - xlogy(counts, counts)).sum(axis=(1, 2))
    fed = data.batches.reshape(evidence.scenario.training.epochs, -1)[-1]
    return weight * float(floors[data.groups[fed]].mean()) / float(evidence.setup.nphotons)


def _finite(value: float | None) -> float | None:
    """A metric as a number; JSON holds null for what was not finite."""
    return value if value is not None and math.isfinite(value) else None
