"""Cropping the detector, which changes the pixel size of the object grid."""

from dataclasses import replace

import numpy as np

from harness.dataset import probes
from harness.dataset.npz import RawData
from harness.errors import HarnessError
from harness.physics.scale import pattern_energies


def crop_detector(raw: RawData, N: int) -> RawData:
    """Keep the N x N middle of a detector of K x K pixels.

    The pixel size of the object grid is `wavelength * distance / (K * detector pixel)`. It grows by K/N, so positions
    in pixels shrink by N/K. The probe keeps its field of view, and its spectrum is cropped like the detector.
    An object that came with the data is on the old grid and is left out. Raises `HarnessError` when N > K.
    """
    K = raw.diffraction.shape[-1]
    if K == N:
        return raw
    if K < N:
        raise HarnessError(f"{raw.origin}: has {K} detector pixels a side, dataset.N asks for {N}; at most {K} can be.")
    first = (K - N) // 2
    middle = slice(first, first + N)
    cropped = np.ascontiguousarray(raw.diffraction[:, middle, middle])
    if not cropped.any():
        raise HarnessError(f"{raw.origin}: no photon lies in the middle {N} x {N} of its {K} x {K} detector pixels.")
    kept = pattern_energies(cropped).sum() / pattern_energies(raw.diffraction).sum()
    note = (
        f"The detector was cropped from {K} to {N} pixels a side, which keeps {kept:.1%} of the counts; pixels of the "
        f"object grid are {K / N:g} times as wide, so positions were divided by {K / N:g} and the probe was resampled."
    )
    return replace(
        raw,
        diffraction=cropped,
        probe=probes.resample(raw.probe, N),
        x=raw.x * (N / K),
        y=raw.y * (N / K),
        object=None,
        notes=(*raw.notes, note),
    )
