"""Two parity logs, dose by dose and stage by stage: what of a `parity_log.json` is compared, and within what."""

import math
from collections.abc import Mapping
from typing import Any

from harness.errors import HarnessError
from harness.judge.comparing import paired
from harness.report.parity_log.difference import Comparison, Figures, held_against, number, of_probe, picked, section

KEY = "datasets"
"""What makes a file a parity log."""
LIMITS = {"raw": 0.01, "probe": 0.01, "normalised": 0.05, "grouped": 0.05, "intensity_scale": 0.01}
"""Largest relative difference of a stage, in the order of the chain; spec of the study: raw statistics and probe within
1 %, grouped within 5 %, intensity_scale within 1 %."""
_FIGURES = ("mean", "std", "p99", "nonzero_fraction")
"""What stages are compared by: an extreme of one pixel says little."""


def compare(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Comparison]:
    """Every dose that both logs hold, in order.

    Raises HarnessError when they have none in common.
    """
    ours, theirs = _by_dose(first), _by_dose(second)
    doses = sorted(paired(ours, theirs))
    if not any(dose.is_in_both for dose in doses):
        raise HarnessError(f"the logs have no dose in common: {sorted(ours)} and {sorted(theirs)}.")
    alone = [f"{one.name:g} photons: not in {'A' if one.first is None else 'B'}" for one in doses if not one.is_in_both]
    of_doses = [held_against(f"{dose:g} photons", one, other, LIMITS) for dose, one, other in doses if one and other]
    return [*of_doses, Comparison([], alone)]


def _by_dose(log: Mapping[str, Any]) -> dict[float, Figures]:
    """The figures of the entries that say of which dose they are."""
    entries = log[KEY] if isinstance(log[KEY], list) else []
    doses = ((number(section(one).get("nphotons")), one) for one in entries)
    return {dose: _figures(one) for dose, one in doses if math.isfinite(dose)}


def _figures(one: Mapping[str, Any]) -> Figures:
    stages = {stage: picked(section(one, stage), _FIGURES) for stage in ("raw", "normalised", "grouped")}
    scale = picked(section(one, "parameters"), ("intensity_scale",))
    return {**stages, "probe": of_probe(section(one, "probe")), "intensity_scale": scale}
