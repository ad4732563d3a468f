"""Each stage of the physics from those before it (docs/physics.md), by the formulas of `harness.physics`."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from harness.arrays import Array
from harness.judge.hypotheses.known import Known, Optics
from harness.judge.hypotheses.trial import reproduces
from harness.physics import forward, merge

Formula = Callable[[Mapping[str, Array], Optics, tuple[int, ...]], Array]
"""From the stages before a stage, what else it is computed with, and its shape."""


def _input(stages: Mapping[str, Array], optics: Optics, shape: tuple[int, ...]) -> Array:
    return optics.amplitude / np.exp(optics.log_scale)


def _merged(stages: Mapping[str, Array], optics: Optics, shape: tuple[int, ...]) -> Array:
    patches = stages["object_patches"]
    return merge.merge(patches, optics.relative, shape[1], weight_of(patches, optics))[..., None]


def weight_of(patches: Array, optics: Optics) -> Array:
    """(N, N): 1 on the part of a patch that the network predicts."""
    return merge.central_weight(patches.shape[1], optics.region)


def _extracted(stages: Mapping[str, Array], optics: Optics, shape: tuple[int, ...]) -> Array:
    return merge.extract(stages["object_merged"][..., 0], optics.relative, shape[1])


def _exit_wave(stages: Mapping[str, Array], optics: Optics, shape: tuple[int, ...]) -> Array:
    return forward.exit_wave(stages["object_extracted"], optics.probe)


def _diffraction(stages: Mapping[str, Array], optics: Optics, shape: tuple[int, ...]) -> Array:
    return np.sqrt(forward.squared(forward.diffract(stages["exit_wave"])))


def _intensity(stages: Mapping[str, Array], optics: Optics, shape: tuple[int, ...]) -> Array:
    return np.exp(2 * optics.log_scale) * np.square(stages["diffraction_amplitude"])


FORMULAS: dict[str, Formula] = {
    "input": _input,
    "object_merged": _merged,
    "object_extracted": _extracted,
    "exit_wave": _exit_wave,
    "diffraction_amplitude": _diffraction,
    "intensity": _intensity,
}
_FAILS = (KeyError, ValueError, IndexError)
"""What a formula raises for stages that are missing, or of shapes that it does not fit."""


def computed(known: Known, optics: Optics) -> Array | None:
    """A stage by its formula; None where something that it takes is missing or does not fit."""
    try:
        return FORMULAS[known.name](known.stages, optics, known.own.shape)
    except _FAILS:
        return None


def optics_of(known: Known) -> Optics | None:
    """What the right stage is computed with; None unless its formula, with that, gives it to rounding."""
    if known.kind != "stage" or known.optics is None:
        return None
    made = computed(known, known.optics)
    return known.optics if made is not None and reproduces(known, made) else None


def variants(known: Known, changes: Iterator[tuple[str, Optics]]) -> Iterator[tuple[str, Array]]:
    """The stage with each change of what it is computed with."""
    for sentence, optics in changes:
        made = computed(known, optics)
        if made is not None:
            yield sentence, made
