"""The constants of Adam that a contract states."""

from collections.abc import Mapping
from typing import Any

from harness.ports.contract import Value


def constants(options: Mapping[str, Value]) -> tuple[float, float, float] | None:
    """Both betas and epsilon, of a toolkit's port or of the built-in network's; None for another optimiser."""
    betas: Any = options.get("adam_betas") or (options.get("beta_1"), options.get("beta_2"))
    found = (*betas, options.get("adam_epsilon", options.get("epsilon")))
    if len(found) != len(("beta_1", "beta_2", "epsilon")) or not all(isinstance(one, int | float) for one in found):
        return None
    first, second, epsilon = map(float, found)
    return first, second, epsilon
