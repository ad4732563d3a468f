"""Masks of the detector: pixels that lie under a beamstop, in a gap between modules, or are bad, count nothing.

A mask is (N, N) bool, True on the pixels that count. Amplitudes are 0 on all others in whatever the harness writes.
"""

from dataclasses import replace

import numpy as np

from harness.dataset.npz import RawData
from harness.scenario.schema import MaskSpec

Array = np.ndarray


def described(spec: MaskSpec, N: int) -> Array | None:
    """The mask (N, N) that a scenario describes; None where it leaves no pixel out."""
    if not (spec.beamstop or spec.gap):
        return None
    axis = np.arange(N) - N // 2
    mask: Array = np.hypot(axis[:, None], axis) >= spec.beamstop
    mask[:, spec.gap_from : spec.gap_from + spec.gap] = False
    return mask


def applied(raw: RawData, spec: MaskSpec) -> RawData:
    """The patterns with the data's own mask and the described one, and 0 on every pixel that does not count."""
    own = described(spec, raw.diffraction.shape[-1])
    if raw.mask is None and own is None:
        return raw
    found = [mask for mask in (raw.mask, own) if mask is not None]
    mask = np.logical_and.reduce(found)
    return replace(raw, mask=mask, diffraction=np.where(mask, raw.diffraction, np.float32(0)))


def note(mask: Array) -> str:
    """One sentence on how many pixels do not count."""
    return f"{np.count_nonzero(~mask)} of {mask.size} detector pixels do not count, and hold 0 in every pattern."
