"""Is a run as bright where it ends as where it began? The ratios of its stages, and where they leave what is expected.

The stages are in different units and hold different patterns, so no ratio of them is 1 by itself. What a ratio of two
levels should be is known (`intensity.Intensity.levels`):

- to `raw_diffraction`: its root mean square over sqrt(nphotons) / N;
- to `grouped_diffraction`: root of (mean energy of the drawn patterns / mean energy of all);
- to `grouped_X_full`: the normalisation, (N/2) / sqrt(nphotons) over the root before;
- to `container_X`: root of (mean energy of the patterns of the batch / mean energy of the drawn ones);
- to `training_labels_Y_amp`: the scale in its closed form, sqrt(nphotons) / (N/2);
- to `inference_prediction`: root of (mean energy of the predicted test patterns / mean energy of those of the batch).

All energies are of `data.npz`. The symmetry of a step is its ratio over the expected one, and 1 for a sound run; that
of the chain is the product of all.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from harness.judge.intensity import STAGES

TOLERANCE = 0.05
"""Largest distance of a symmetry from 1; given with the schema. Up to the labels it is 1 to rounding (1e-7) and to the
counting noise of the whole data set, 1 / (2 sqrt(M nphotons)): 7e-4 for 512 patterns of 1e3 photons."""


def stage_ratios(stages: Mapping[str, Mapping[str, Any]], levels: Mapping[str, float]) -> dict[str, Any]:
    """The steps between the stages that are there, in order, their product, and the check of their symmetry.

    `stages` holds the figures, `levels` the expected root mean squares. Of a step: `ratio` of the means, `rms_ratio`,
    `expected`, and `symmetry`, None where a stage holds values that are not finite. The product is None when the chain
    does not reach its end. The check names the first stage beyond the tolerance and the one whose step deviates most,
    by a factor either way; `is_symmetric` is None where stages are missing and the others keep to it.
    """
    steps = list(_steps(stages, levels))
    whole = STAGES[-1] in stages
    product = {
        "ratio": _product(step["ratio"] for step in steps[1:]) if whole else None,
        "symmetry": _product(step["symmetry"] for step in steps) if whole else None,
    }
    return {"steps": steps, "product": product, "check": _check(steps, product["symmetry"], len(stages))}


def _steps(stages: Mapping[str, Mapping[str, Any]], levels: Mapping[str, float]) -> Iterator[dict[str, Any]]:
    before: str | None = None
    for name in (stage for stage in STAGES if stage in stages):
        over = stages[before] if before else {"mean": None, "rms": levels[name], "finite": 1, "total": 1}
        expected = levels[name] / levels[before] if before else 1.0
        whole = all(one["finite"] == one["total"] for one in (stages[name], over))
        rms = _over(stages[name]["rms"], over["rms"])
        yield {
            "stage": name,
            "over": before,
            "ratio": _over(stages[name]["mean"], over["mean"]),
            "rms_ratio": rms if before else None,
            "expected": expected if before else None,
            "symmetry": _over(rms, expected) if whole else None,
        }
        before = name


def _check(steps: list[dict[str, Any]], product: float | None, stages: int) -> dict[str, Any]:
    beyond = [step["stage"] for step in steps if _is_beyond(step["symmetry"])]
    most = max(steps, key=lambda step: round(_deviation(step["symmetry"]), 3), default=None)  # of equals the first
    complete = stages == len(STAGES)
    keeps = not beyond and not (complete and _is_beyond(product))
    return {
        "expected": 1.0,
        "tolerance": TOLERANCE,
        "first_beyond": beyond[0] if beyond else None,
        "deviates_most": most["stage"] if most else None,
        "deviation": most["symmetry"] - 1.0 if most and most["symmetry"] is not None else None,
        "is_symmetric": (True if complete else None) if keeps else False,
    }


def _is_beyond(symmetry: float | None) -> bool:
    return symmetry is None or not abs(symmetry - 1.0) <= TOLERANCE


def _deviation(symmetry: float | None) -> float:
    """How many times too bright or too dark, as a logarithm."""
    return abs(math.log(symmetry)) if symmetry else math.inf


def _over(value: float | None, by: float | None) -> float | None:
    return value / by if value is not None and by else None


def _product(factors: Iterator[float | None]) -> float | None:
    known = list(factors)
    return None if None in known else math.prod(factor for factor in known if factor is not None)
