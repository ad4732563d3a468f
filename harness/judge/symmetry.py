"""Intensity symmetry: are the ratios of intensity between the stages of a run what they should be?

The stages are in different units and hold different patterns, so their ratios are not 1. The expected ratio of each
stage to the one before it follows from `intensity.Intensity.levels`:

- `raw_diffraction`, the first: its root mean square over sqrt(nphotons) / N;
- `grouped_diffraction`: root of (mean energy of the training groups' patterns / mean energy of all);
- `grouped_X_full`: the normalisation, (N/2) / sqrt(nphotons) over the root before;
- `container_X`: root of (mean energy of the batch's patterns / mean energy of the training groups' patterns);
- `training_labels_Y_amp`: the scale in its closed form, sqrt(nphotons) / (N/2);
- `inference_prediction`: root of (mean energy of the predicted test patterns / mean energy of the batch's patterns).

All energies are those of `data.npz`. The symmetry of a stage is its ratio over the expected one, 1 for a correct run;
the symmetry of the whole run is the product over all stages.
"""

import math
from collections.abc import Iterator, Mapping, Sequence

from harness.judge.intensity import STAGES
from harness.records.stages import ProductRecord, StageRatios, StageStatistics, StepRecord, SymmetryCheck

TOLERANCE = 0.05
"""Largest allowed distance of a symmetry from 1. Up to the labels it is 1 to rounding (1e-7) and to the counting noise
of the whole data set, 1 / (2 sqrt(M nphotons)): 7e-4 for 512 patterns of 1e3 photons."""


def stage_ratios(stages: Mapping[str, StageStatistics], levels: Mapping[str, float]) -> StageRatios:
    """Ratios between consecutive stages that exist, their product, and the check of the intensity symmetry.

    `stages` holds the statistics of each stage by name, `levels` the expected root mean squares.
    """
    steps = tuple(_steps(stages, levels))
    product = ProductRecord(ratio=None, symmetry=None)
    if STAGES[-1] in stages:
        product = ProductRecord(
            ratio=_product(step.ratio for step in steps[1:]), symmetry=_product(step.symmetry for step in steps)
        )
    return StageRatios(steps=steps, product=product, check=_check(steps, product.symmetry))


def _steps(stages: Mapping[str, StageStatistics], levels: Mapping[str, float]) -> Iterator[StepRecord]:
    before: str | None = None
    for name in (stage for stage in STAGES if stage in stages):
        if before is None:
            yield _first(name, stages[name], levels[name])
        else:
            over, expected = stages[before], levels[name] / levels[before]
            rms = _ratio(stages[name].rms, over.rms)
            yield StepRecord(
                stage=name,
                over=before,
                ratio=_ratio(stages[name].mean, over.mean),
                rms_ratio=rms,
                expected=expected,
                symmetry=_ratio(rms, expected) if _is_finite(stages[name]) and _is_finite(over) else None,
            )
        before = name


def _first(name: str, found: StageStatistics, level: float) -> StepRecord:
    """Record of the first stage, which has none before it and is compared with its expected level."""
    symmetry = _ratio(found.rms, level) if _is_finite(found) else None
    return StepRecord(stage=name, over=None, ratio=None, rms_ratio=None, expected=None, symmetry=symmetry)


def _check(steps: Sequence[StepRecord], product: float | None) -> SymmetryCheck:
    beyond = [step.stage for step in steps if _is_beyond(step.symmetry)]
    most = max(steps, key=lambda step: round(_deviation(step.symmetry), 3), default=None)  # of equals the first
    complete = len(steps) == len(STAGES)
    keeps = not beyond and not (complete and _is_beyond(product))
    return SymmetryCheck(
        expected=1.0,
        tolerance=TOLERANCE,
        first_beyond=beyond[0] if beyond else None,
        deviates_most=most.stage if most else None,
        deviation=most.symmetry - 1.0 if most and most.symmetry is not None else None,
        is_symmetric=(True if complete else None) if keeps else False,
    )


def _is_finite(statistics: StageStatistics) -> bool:
    """Whether every value of a stage is finite."""
    return statistics.finite == statistics.total


def _is_beyond(symmetry: float | None) -> bool:
    return symmetry is None or not abs(symmetry - 1.0) <= TOLERANCE


def _deviation(symmetry: float | None) -> float:
    """Magnitude of the logarithm of a symmetry; infinite for a missing one."""
    return abs(math.log(symmetry)) if symmetry else math.inf


def _ratio(value: float | None, by: float | None) -> float | None:
    return value / by if value is not None and by else None


def _product(factors: Iterator[float | None]) -> float | None:
    known = list(factors)
    return None if None in known else math.prod(factor for factor in known if factor is not None)
