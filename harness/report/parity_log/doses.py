"""Compares two parity logs dose by dose: the statistics of `parity_log.json` that are compared, and their limits."""

import math
from collections.abc import Mapping
from typing import Any

from harness.errors import HarnessError
from harness.judge.comparing import paired
from harness.report.parity_log.difference import (
    Comparison,
    Statistics,
    compare_stages,
    number,
    probe_statistics,
    section,
    selected,
)

KEY = "datasets"
"""The key by which a file is known to be a parity log."""
LIMITS = {"raw": 0.01, "probe": 0.01, "normalised": 0.05, "grouped": 0.05, "intensity_scale": 0.01}
"""Largest relative difference by stage, in the order of the chain, as the study specifies: raw statistics, probe and
intensity_scale within 1 %, grouped within 5 %."""
_STATISTICS = ("mean", "std", "p99", "nonzero_fraction")
"""The statistics that are compared; minimum and maximum are left out, since one pixel decides them."""


def compare(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Comparison]:
    """Compare every dose that both logs hold, in rising order.

    Raises HarnessError when the logs have no dose in common.
    """
    ours, theirs = _by_dose(first), _by_dose(second)
    doses = sorted(paired(ours, theirs))
    if not any(dose.is_in_both for dose in doses):
        raise HarnessError(f"the logs have no dose in common: {sorted(ours)} and {sorted(theirs)}.")
    alone = [f"{one.name:g} photons: not in {'A' if one.first is None else 'B'}" for one in doses if not one.is_in_both]
    of_doses = [compare_stages(f"{dose:g} photons", one, other, LIMITS) for dose, one, other in doses if one and other]
    return [*of_doses, Comparison([], alone)]


def _by_dose(log: Mapping[str, Any]) -> dict[float, Statistics]:
    """The statistics of the entries that name their dose, by dose."""
    entries = log[KEY] if isinstance(log[KEY], list) else []
    doses = ((number(section(one).get("nphotons")), one) for one in entries)
    return {dose: _statistics(one) for dose, one in doses if math.isfinite(dose)}


def _statistics(one: Mapping[str, Any]) -> Statistics:
    stages = {stage: selected(section(one, stage), _STATISTICS) for stage in ("raw", "normalised", "grouped")}
    scale = selected(section(one, "parameters"), ("intensity_scale",))
    return {**stages, "probe": probe_statistics(section(one, "probe")), "intensity_scale": scale}
