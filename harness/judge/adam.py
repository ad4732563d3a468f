"""The first step of Adam by its formula, in float64: where the sides part, it tells which of them steps otherwise."""

from collections.abc import Mapping

import numpy as np

from harness.arrays import Array, Weights
from harness.judge.comparing import relative_error
from harness.ports.contract import Contract, Value

_CONSTANTS = ("learning_rate", "beta_1", "beta_2", "epsilon")


def off_formula(contract: Contract, before: Weights, after: Weights, name: str) -> float | None:
    """How far a weight is, after one step, from where a side's own moments and stated constants take it.

    Args:
        contract: what the side claims to be; its options hold the constants of the optimiser.
        before: its weights before the step.
        after: its weights and moments after the step.
        name: name of the weight.

    Returns:
        The largest difference over the largest value; None for another optimiser, and where something is missing.
    """
    needed, options = (name, f"{name}.first_moment", f"{name}.second_moment"), contract.options
    if options.get("optimiser") != "adam" or options.get("weight_decay"):
        return None
    if name not in before or any(key not in after for key in needed) or any(key not in options for key in _CONSTANTS):
        return None
    step = _step(options, after[needed[1]], after[needed[2]])
    return relative_error(after[name], before[name] - step)


def _step(options: Mapping[str, Value], first: Array, second: Array) -> Array:
    """The first step: the moments without their bias, over the root; epsilon is added before that or after it."""
    rate, beta_1, beta_2, epsilon = (float(options[name]) for name in _CONSTANTS)  # type: ignore[arg-type]
    late = str(options.get("epsilon_added")).startswith("after")
    shrunk = np.sqrt(1 - beta_2)
    root = np.sqrt(second) / shrunk + epsilon if late else (np.sqrt(second) + epsilon) / shrunk
    return rate / (1 - beta_1) * first / root
