"""The oracle's stitching of predicted patches, as the scenario asks for it."""

import numpy as np

from harness.arrays import Array
from harness.judge.evidence import Evidence, Predictions
from harness.physics.canvas import place
from harness.run.legs.statistics import central


def stitching_weight(evidence: Evidence) -> Array:
    """(M, M) float64 weight of a placed patch: 1, or |P|^2 of the probe as the model uses it."""
    inference = evidence.scenario.inference
    if inference.weighting == "uniform":
        return np.ones((inference.reassemble_m, inference.reassemble_m))
    return central(np.square(np.abs(evidence.probe)), inference.reassemble_m)


def stitched(predictions: Predictions, weight: Array, size: int) -> tuple[Array, Array]:
    """Picture (size, size) complex and coverage of the central parts of predicted patches."""
    return place(central(predictions.patches, len(weight)), predictions.positions, weight, size)
