"""Each stage of the physics from those before it (docs/physics.md), by the formulas of `harness.physics`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from harness.arrays import Array
from harness.judge.hypotheses.known import Known, Optics
from harness.judge.hypotheses.trial import reproduces
from harness.physics import forward, merge


@dataclass(frozen=True)
class Given:
    """What a stage is computed from."""

    stages: Mapping[str, Array]
    """The stages before it."""
    optics: Optics
    shape: tuple[int, ...]
    """Shape of the stage."""

    @property
    def relative(self) -> Array:
        """Offsets of as many samples as the stage has."""
        return self.optics.relative[: self.shape[0]]


def _input(given: Given) -> Array:
    return given.optics.amplitude[: given.shape[0]] / np.exp(given.optics.log_scale)


def _merged(given: Given) -> Array:
    patches = given.stages["object_patches"]
    return merge.merge(patches, given.relative, given.shape[1], weight_of(patches, given.optics))[..., None]


def _extracted(given: Given) -> Array:
    return merge.extract(given.stages["object_merged"][..., 0], given.relative, given.shape[1])


def _exit_wave(given: Given) -> Array:
    return forward.exit_wave(given.stages["object_extracted"], given.optics.probe)


def _diffraction(given: Given) -> Array:
    return np.sqrt(forward.squared(forward.diffract(given.stages["exit_wave"])))


def _intensity(given: Given) -> Array:
    return np.exp(2 * given.optics.log_scale) * np.square(given.stages["diffraction_amplitude"])


FORMULAS: dict[str, Callable[[Given], Array]] = {
    "input": _input,
    "object_merged": _merged,
    "object_extracted": _extracted,
    "exit_wave": _exit_wave,
    "diffraction_amplitude": _diffraction,
    "intensity": _intensity,
}
_FAILS = (KeyError, ValueError, IndexError)
"""What a formula raises for stages that are missing, or of shapes that it does not fit."""


def weight_of(patches: Array, optics: Optics) -> Array:
    """(N, N): 1 on the part of a patch that the network predicts."""
    return merge.central_weight(patches.shape[1], optics.region)


def computed(known: Known, optics: Optics) -> Array | None:
    """The first samples of a stage by its formula; None where something that it takes is missing or does not fit."""
    few = known.few()
    try:
        return FORMULAS[known.name](Given(few.stages, optics, few.own.shape))
    except _FAILS:
        return None


def optics_of(known: Known) -> Optics | None:
    """What the right stage is computed with; None unless its formula, with that, gives it to rounding."""
    if known.kind != "stage" or known.optics is None:
        return None
    made = computed(known, known.optics)
    return known.optics if made is not None and reproduces(known.few(), made) else None


def variants(known: Known, changes: Iterator[tuple[str, Optics]]) -> Iterator[tuple[str, Array]]:
    """The stage with each change of what it is computed with."""
    for sentence, optics in changes:
        made = computed(known, optics)
        if made is not None:
            yield sentence, made
