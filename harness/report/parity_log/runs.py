"""Compares two `stages.json` stage by stage: the statistics that are compared, and their limits.

The limits are for two runs on the same data set: the two sides of a case, or runs of two programs. Those of raw
statistics, probe, groups and scale of the data are what the schema requires. The others:

- `grouped_X_full` is the grouped data times one factor, so it has the limit of `grouped_diffraction`;
- `container_X` and `training_labels_Y_amp` are one stored batch, divided and multiplied by one number, so they agree to
  the rounding of float32: 6e-8 for a value and 4e-7 through the exponential of log_scale. The limit is far above that
  and far below any wrong factor. A batch of other patterns is beyond it, as it should be;
- `trained_scale` and `inference_prediction` differ by training. The counts fix their level up to what the scale can
  trade with the object: the limits file allows the sides 10 % in the profile `stable` (`scale.sides`, `patches.mean`),
  and two runs that each keep the symmetry of their chain are at most twice its tolerance apart, which is the same.
"""

from collections.abc import Mapping
from typing import Any

from harness.report.parity_log.difference import (
    Comparison,
    Statistics,
    compare_stages,
    probe_statistics,
    section,
    selected,
)

KEY = "intensity_stages"
"""The key by which a file is known to be the telemetry of a run."""
LIMITS = {
    "raw_diffraction": 0.01,
    "probe": 0.01,
    "grouped_diffraction": 0.05,
    "grouped_X_full": 0.05,
    "intensity_scale": 0.01,
    "container_X": 1e-5,
    "training_labels_Y_amp": 1e-5,
    "trained_scale": 0.1,
    "inference_prediction": 0.1,
}
"""Largest relative difference by stage, in the order of the chain."""
_STATISTICS = ("mean", "std", "nan")
_SCALES = {"intensity_scale": ("dataset_derived", "closed_form", "ratio"), "trained_scale": ("bundle", "model", "used")}


def compare(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Comparison]:
    """Compare every stage that has a limit."""
    return [compare_stages("", _statistics(first), _statistics(second), LIMITS)]


def _statistics(run: Mapping[str, Any]) -> Statistics:
    statistics = {stage: selected(section(run, KEY, stage), _STATISTICS) for stage in LIMITS}
    probes = {when: probe_statistics(section(run, "probe", when)) for when in ("before", "after")}
    statistics["probe"] = {f"{name}, {when}": value for when, probe in probes.items() for name, value in probe.items()}
    scales = {name: value for name, value in section(run, "intensity_scale").items() if value is not None}
    return statistics | {stage: selected(scales, names) for stage, names in _SCALES.items()}  # null: not available
