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
from collections.abc import Iterator, Mapping, Sequence

from harness.judge.intensity import STAGES
from harness.records.stages import ProductRecord, StageRatios, StageStatistics, StepRecord, SymmetryCheck

TOLERANCE = 0.05
"""Largest distance of a symmetry from 1; given with the schema. Up to the labels it is 1 to rounding (1e-7) and to the
counting noise of the whole data set, 1 / (2 sqrt(M nphotons)): 7e-4 for 512 patterns of 1e3 photons."""


def stage_ratios(stages: Mapping[str, StageStatistics], levels: Mapping[str, float]) -> StageRatios:
    """The steps between the stages that are there, in order, their product, and the check of their symmetry.

    `stages` holds the figures, `levels` the expected root mean squares.
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
                symmetry=_ratio(rms, expected) if _is_whole(stages[name]) and _is_whole(over) else None,
            )
        before = name


def _first(name: str, found: StageStatistics, level: float) -> StepRecord:
    """The first stage has none before it, and is held against its expected level."""
    symmetry = _ratio(found.rms, level) if _is_whole(found) else None
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


def _is_whole(figures: StageStatistics) -> bool:
    """Whether every value of a stage is finite."""
    return figures.finite == figures.total


def _is_beyond(symmetry: float | None) -> bool:
    return symmetry is None or not abs(symmetry - 1.0) <= TOLERANCE


def _deviation(symmetry: float | None) -> float:
    """How many times too bright or too dark, as a logarithm."""
    return abs(math.log(symmetry)) if symmetry else math.inf


def _ratio(value: float | None, by: float | None) -> float | None:
    return value / by if value is not None and by else None


def _product(factors: Iterator[float | None]) -> float | None:
    known = list(factors)
    return None if None in known else math.prod(factor for factor in known if factor is not None)
