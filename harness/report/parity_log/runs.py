"""Two runs, stage by stage: what of two `stages.json` is compared, and within what.

The limits are for two runs on the same data set, be they the two sides of a case or one from here and one from
elsewhere. Raw statistics, probe, groups and the scale of the data: as the schema asks. The others:

- `grouped_X_full` is what was grouped times one factor, and has the limit of `grouped_diffraction`;
- `container_X` and `training_labels_Y_amp` are one stored batch, divided and multiplied by one number: the same to the
  rounding of float32, 6e-8 a value and 4e-7 through the exponential of log_scale. The limit is far above that and far
  below any factor. A batch of other patterns is beyond it, as it should be;
- `trained_scale` and `inference_prediction` differ by training. The counts fix their level to within what the scale
  trades with the object: the ledger allows the sides 10 % in the profile `stable` (`scale.sides`, `patches.mean`), and
  two runs that each keep the symmetry of their chain are at most twice its tolerance apart, which is the same.
"""

from collections.abc import Mapping
from typing import Any

from harness.report.parity_log.difference import Comparison, Figures, held_against, of_probe, picked, section

KEY = "intensity_stages"
"""What makes a file the telemetry of a run."""
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
"""Largest relative difference of a stage, in the order of the chain."""
_FIGURES = ("mean", "std", "nan")
_SCALES = {"intensity_scale": ("dataset_derived", "closed_form", "ratio"), "trained_scale": ("bundle", "model", "used")}


def compare(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Comparison]:
    """Every stage that has a limit."""
    return [held_against("", _figures(first), _figures(second), LIMITS)]


def _figures(run: Mapping[str, Any]) -> Figures:
    figures = {stage: picked(section(run, KEY, stage), _FIGURES) for stage in LIMITS}
    probes = {when: of_probe(section(run, "probe", when)) for when in ("before", "after")}
    figures["probe"] = {f"{name}, {when}": value for when, probe in probes.items() for name, value in probe.items()}
    scales = {name: value for name, value in section(run, "intensity_scale").items() if value is not None}
    return figures | {stage: picked(scales, names) for stage, names in _SCALES.items()}  # null: not to be had
