"""What the small pair is fed and what it is held against, and the constants of its physics: the same for both sides."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.arrays import Array, Weights
from harness.networks.replayed.workflow import labels, settings
from harness.ports.protocol import Batch, Setup
from harness.ports.seen import Seen

RATE, MOMENTUM, DECAY = 0.0625, 0.875, 2.0**-10
"""Powers of two, or sums of few: Keras takes the numbers of Python through float32 on their way."""
FALL = 0.5
"""What the learning rate falls by, in the middle of the training."""
LEAST = 1e-6
"""Added to the intensity, so that its root has a slope everywhere."""


def pattern(batch: Batch) -> Array:
    """(B, N, N, C): the amplitude of each pattern over its largest."""
    largest = batch.amplitude.max(axis=(1, 2), keepdims=True)
    return batch.amplitude / np.maximum(largest, 1e-12)


def target(batch: Batch) -> Array:
    """(B, N, N, 3): amplitude and phase of the true patch, and the pattern."""
    assert batch.patches is not None, "the pair is trained on simulated data alone"
    return np.concatenate([np.abs(batch.patches), np.angle(batch.patches), pattern(batch)], axis=-1)


def support(size: int) -> Array:
    """(N, N, 1): 1 within three eighths of the side from the centre, 0 beyond."""
    axis = np.arange(size) - (size - 1) / 2
    return (np.hypot(axis[:, np.newaxis], axis) < 3 * size / 8).astype(np.float64)[..., np.newaxis]


def modes(probe: Array, which: object) -> Array:
    """(modes, N, N) complex: the probe, and half of it moved by two pixels; the first alone where that is asked for."""
    both = np.stack([probe, 0.5 * np.roll(probe, 2, axis=1)])
    return (both[:1] if which == "first" else both) / np.abs(probe).max()


def steps_to_fall(setup: Setup) -> int:
    """Half of the steps of the training."""
    training = setup.scenario.training
    return training.epochs * setup.scenario.grouping.groups // training.batch_size // 2


def seen(setup: Setup) -> Seen:
    """What the workflow of a side was about to train with, and the labels that it had made."""
    assert setup.data is not None
    with np.load(setup.data) as data:
        made = labels(data, setup.probe, illuminated=setup.options.get("labels") == "illuminated")
    groups = np.arange(len(made))[:, np.newaxis]
    return Seen(settings(setup), {"groups": groups, "targets": made})


def oracle(known: Mapping[str, Array], batch: Batch, weights: Weights) -> dict[str, Any]:  # noqa: ARG001
    """The convolution of 1x1 pixels once more."""
    if "mix.kernel" not in weights:
        return {"odd": known["odd"]}
    mixed = known["pool"] @ weights["mix.kernel"][0, 0] + weights["mix.bias"]
    return {"mix": np.maximum(mixed, 0)}
