"""Cropping the detector against physics: the cropped data are what the object gives on the coarser grid."""

import numpy as np
import pytest

from harness.dataset import probes
from harness.dataset.crop import crop_detector
from harness.dataset.npz import RawData
from harness.physics import translation


def smooth_scene(size: int, pixel: float) -> np.ndarray:
    """A smooth object sampled every `pixel` at coordinates that start at 0."""
    at = np.arange(size) * pixel
    return np.exp(0.8j * np.sin(at[:, None] / 21.0) + 0.3 * np.cos(at[None, :] / 17.0))


def test_positions_and_probe_of_the_coarser_grid_explain_the_cropped_patterns():
    """Patterns at 128 pixels, cropped to 64, equal those of the object with pixels twice as wide."""
    K, N = 128, 64
    probe = probes.resample(probes.zone_plate(N), K)
    x, y = np.array([100.0, 131.0, 120.5]), np.array([90.0, 77.0, 111.0])
    patches = translation.cut(smooth_scene(240, 1.0), x, y, K)
    amplitude = np.abs(np.fft.fftshift(np.fft.fft2(probe * patches, norm="ortho"), axes=(1, 2)))
    raw = RawData(amplitude.astype(np.float32), probe, x, y, np.zeros(3, np.int64), None, "a.npz")
    cropped = crop_detector(raw, N)
    coarse = translation.cut(smooth_scene(120, 2.0), cropped.x, cropped.y, N)
    predicted = np.abs(np.fft.fftshift(np.fft.fft2(cropped.probe * coarse, norm="ortho"), axes=(1, 2)))
    error = np.linalg.norm(predicted - cropped.diffraction) / np.linalg.norm(cropped.diffraction)
    unmoved = np.linalg.norm(np.roll(predicted, 1, axis=2) - cropped.diffraction) / np.linalg.norm(cropped.diffraction)
    assert error < 0.02
    assert unmoved > 0.1


def test_what_is_kept_is_said_and_the_old_object_left_out():
    raw = RawData(
        np.ones((2, 128, 128), np.float32), np.ones((128, 128), complex), np.zeros(2), np.ones(2),
        np.zeros(2, np.int64), np.ones((9, 9), complex), "a.npz", ("before.",),
    )  # fmt: skip
    cropped = crop_detector(raw, 64)
    assert cropped.object is None
    assert cropped.notes[0] == "before."
    assert "keeps 25.0% of the counts" in cropped.notes[1]
    assert crop_detector(raw, 128) is raw
    assert cropped.y == pytest.approx([0.5, 0.5])
