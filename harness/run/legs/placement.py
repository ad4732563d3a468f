"""Placement of predicted patches for stitching, after what their patterns leave open is fixed from their overlaps.

Both backends are treated alike: first which twin a patch is (where the probe cannot tell the two apart), then its
global phase (with gridsize 1). Only predictions are used, never the truth.
"""

from dataclasses import dataclass

import numpy as np

from harness import layout
from harness.arrays import Array
from harness.dataset.grouped import GroupedData
from harness.physics import twins
from harness.physics.canvas import centred
from harness.physics.probe import model_probe
from harness.physics.synchronise import phases
from harness.records.inference import TwinChoice
from harness.run.job import Job
from harness.run.legs.statistics import central


@dataclass(frozen=True)
class PlacedPatches:
    """Predicted patches and their positions for stitching."""

    patches: Array
    """(K, N, N) complex, K = G*C, group by group."""
    positions: Array
    """(K, 2) float64 pixels [x, y] relative to their centre of mass."""
    centre: Array
    """(2,) pixels [x, y]: that centre of mass on the object grid."""
    flips: Array
    """(K,) bool: patches that are the twin of what was predicted."""
    phases: Array
    """(K,) radians that were then added to each patch to bring their global phases into agreement."""
    twins: TwinChoice

    def as_predicted(self) -> Array:
        """(K, N, N) complex: every patch as the network gave it, up to its free phase."""
        return _with_twins(self.patches, self.flips)


def place(job: Job, data: GroupedData, patches: Array, region: int) -> PlacedPatches:
    """Place patches one by one, each as the right twin and with its phase adjusted; unchanged if any is not finite.

    Args:
        job: The inference job.
        data: The test groups.
        patches: (G, N, N, C) complex predictions.
        region: Side in pixels of the centre of a patch that was predicted.
    """
    centre, positions = centred(data.x[data.groups], data.y[data.groups])
    flat = np.moveaxis(patches, -1, 1).reshape(-1, *patches.shape[1:3])
    flipped, factors = np.zeros(len(flat), dtype=bool), np.ones(len(flat), dtype=np.complex128)
    choice = TwinChoice(open=twins.is_own_twin(_model_probe(job)), turned=0)
    if np.isfinite(flat).all():
        if choice.open:
            flipped, choice = _choose_twins(job, flat, positions, region)
            flat = _with_twins(flat, flipped)
        if job.scenario.grouping.gridsize == 1:
            factors = phases(flat, positions, illumination(job))
    return PlacedPatches(flat * factors[:, None, None], positions, centre, flipped, np.angle(factors), choice)


def _choose_twins(job: Job, patches: Array, positions: Array, region: int) -> tuple[Array, TwinChoice]:
    """Mask (K,) of patches to replace by their twins; how many, and the disagreement of overlaps before and after."""
    inside, weight = central(patches, region).astype(np.complex128), central(illumination(job), region)
    flipped = twins.flips(inside, positions, weight)
    return flipped, TwinChoice(
        open=True,
        turned=int(flipped.sum()),
        disagreement_before=twins.disagreement(inside, positions, weight),
        disagreement_after=twins.disagreement(_with_twins(inside, flipped), positions, weight),
    )


def _with_twins(patches: Array, flipped: Array) -> Array:
    return np.where(flipped[:, None, None], twins.twin(patches), patches)


def illumination(job: Job) -> Array:
    """(N, N) float64: |P|^2, the probe as the model uses it."""
    squared: Array = np.square(np.abs(_model_probe(job)))
    return squared


def _model_probe(job: Job) -> Array:
    probe = np.load(job.dataset / layout.PROBE, allow_pickle=False)
    return model_probe(probe, job.scenario.dataset.probe.mask)
