"""Simulated data sets: an object is scanned by a probe, and the photons of its diffraction patterns are counted."""

import numpy as np

from harness.dataset import masks, objects, probes, scan
from harness.dataset.counting import count
from harness.dataset.npz import RawData
from harness.errors import HarnessError
from harness.physics import forward, probe, translation
from harness.scenario.schema import DatasetSpec, ObjectSpec

Array = np.ndarray

_CHUNK = 256
"""Number of patterns that are computed at a time, to limit the memory."""


def simulate(spec: DatasetSpec) -> RawData:
    """Simulate the data set that a scenario's section `dataset` describes; the same section always gives the same bits.

    Patches are cut at fractional positions by bilinear interpolation. Coordinate 0 is the object's first pixel.
    A pixel that the mask leaves out counts no photon: `nphotons` are those of the others.
    Raises `HarnessError` when the object has no room for the scan.
    """
    try:
        x, y = scan.random_positions(spec.object.shape, spec.N, spec.scan.images, spec.scan.buffer, spec.scan.seed)
    except ValueError as error:
        raise HarnessError(f"dataset.object.shape, dataset.N, dataset.scan.buffer: {error}.") from error
    # Round to the types of the NPZ contract first, so that the saved data set is the one that was simulated.
    illumination = probes.KINDS[spec.probe.kind](spec.N).astype(np.complex64).astype(np.complex128)
    images = draw_object(spec.object)
    model_probe = probe.model_probe(probe.normalise(illumination, spec.probe.scale), spec.probe.mask)
    mask, expected = masks.described(spec.mask, spec.N), intensities(images, model_probe, x, y)
    return RawData(
        diffraction=count(expected if mask is None else expected * mask, spec.nphotons, spec.photon_seed),
        probe=illumination,
        x=x,
        y=y,
        scan_index=np.zeros(len(x), dtype=np.int64),
        object=images,
        origin="simulated",
        mask=mask,
    )


def draw_object(spec: ObjectSpec) -> Array:
    """(H, W) complex128 object of mean amplitude 1."""
    amplitude: Array = objects.lines(spec.shape, spec.seed)
    if spec.phase == "none":
        return amplitude.astype(np.complex128)
    images: Array = objects.phase_follows_amplitude(amplitude, spec.phase_span)
    return images


def intensities(images: Array, model_probe: Array, x: Array, y: Array) -> Array:
    """(M, N, N) float64 squared amplitudes of the patterns at the positions `x`, `y` (M,), unscaled."""
    N = model_probe.shape[0]
    result = np.empty((len(x), N, N))
    for start in range(0, len(x), _CHUNK):
        part = slice(start, start + _CHUNK)
        patches = translation.cut(images, x[part], y[part], N)
        waves = forward.diffract(forward.exit_wave(patches[..., None], model_probe))
        result[part] = forward.squared(waves)[..., 0]
    return result
