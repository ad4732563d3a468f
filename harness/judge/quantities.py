"""Quantities: the few numbers that sum up one training of one side, in ensembles and in golden files."""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from harness.judge.comparing import not_finite
from harness.judge.evidence import Evidence
from harness.judge.patches import patch_statistics
from harness.judge.reconstructions import correlation_with_truth
from harness.judge.rungs.scale import scale_values
from harness.judge.telemetry import final_loss, loss_floor


def _pearson_r(evidence: Evidence, backend: str) -> float | None:
    """Correlation of the leading part with the truth; None where the picture is not finite."""
    if not_finite(evidence.canvas(backend).field):
        return None
    return correlation_with_truth(evidence, backend)


def _log_loss(evidence: Evidence, backend: str) -> float | None:
    """Logarithm of the final loss minus its floor (`telemetry.loss_floor`)."""
    loss = final_loss(evidence, backend)
    return None if loss is None else _log(loss - loss_floor(evidence, backend))


def _log(value: float | None) -> float | None:
    return math.log(value) if value is not None and value > 0 else None


class Quantity(NamedTuple):
    """A number that sums up one training: its label in tables, and the function of evidence and backend."""

    label: str
    of: Callable[[Evidence, str], float | None]


QUANTITIES: Mapping[str, Quantity] = {
    "pearson_r": Quantity("correlation with the truth", _pearson_r),
    "scale": Quantity("ln of the final intensity scale", lambda *side: _log(scale_values(*side)["final"])),
    "patch_mean": Quantity("ln of the patches' mean", lambda *side: _log(patch_statistics(*side)["mean"])),
    "patch_std": Quantity("ln of the patches' deviation", lambda *side: _log(patch_statistics(*side)["std"])),
    "final_loss": Quantity("ln of the final loss above its floor", _log_loss),
}
"""The quantities by name; logarithms of those whose relative difference matters."""


def applicable(evidence: Evidence) -> tuple[str, ...]:
    """Names of the QUANTITIES that a case has.

    `scale` needs a network with an intensity scale, `pearson_r` a truth.
    """
    lacking = {"scale": evidence.contract.scale is None, "pearson_r": not evidence.has_truth}
    return tuple(name for name in QUANTITIES if not lacking.get(name))


def quantity(evidence: Evidence, backend: str, name: str) -> float | None:
    """Value of one of the QUANTITIES of a side; None where it is not finite."""
    value = QUANTITIES[name].of(evidence, backend)
    return value if value is not None and math.isfinite(value) else None
