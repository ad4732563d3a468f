"""One number is fitted such that a formula gives a tensor."""

from collections.abc import Callable

import numpy as np

from harness.arrays import Array

ROUNDS = 12
_STEP = 1e-6
"""Relative step by which the slope is measured; the rounds correct what it is off by."""


def fitted(compute: Callable[[float], Array], wanted: Array, start: float) -> float:
    """The number for which `compute` is nearest to `wanted`, by Gauss and Newton from `start`; NaN where it is lost."""
    value = start
    for _ in range(ROUNDS):
        made = compute(value)
        step = _STEP * max(abs(value), _STEP)
        slope = (compute(value + step) - made) / step
        energy = np.vdot(slope, slope).real
        if not energy or not np.isfinite(energy):
            return float("nan")
        move = float(np.vdot(slope, wanted - made).real / energy)
        value += move
        if abs(move) <= np.finfo(float).eps * abs(value):
            break
    return value
