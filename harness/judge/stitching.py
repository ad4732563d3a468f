"""Stitching of predicted patches by the harness's own formulas, with the weighting of the scenario."""

import numpy as np

from harness.arrays import Array
from harness.judge.evidence import Evidence, Predictions
from harness.physics.canvas import place
from harness.run.legs.statistics import central


def stitching_weight(evidence: Evidence) -> Array:
    """(M, M) float64 weight of the pixels of a stitched patch: 1, or |P|^2 of the probe as the model uses it."""
    inference = evidence.scenario.inference
    if inference.weighting == "uniform":
        return np.ones((inference.reassemble_m, inference.reassemble_m))
    return central(np.square(np.abs(evidence.probe)), inference.reassemble_m)


def stitched(predictions: Predictions, weight: Array, size: int) -> tuple[Array, Array]:
    """Stitch the central parts of predicted patches; returns the picture (size, size), complex, and its coverage."""
    return place(central(predictions.patches, len(weight)), predictions.positions, weight, size)
