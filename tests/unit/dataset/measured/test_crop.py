"""Cropping the detector against physics: the cropped data are what the object gives on the coarser grid."""

import numpy as np
import pytest

from harness.dataset import probes
from harness.dataset.measured import crop, importers
from harness.errors import HarnessError
from harness.physics import translation


def smooth_scene(size: int, pixel: float) -> np.ndarray:
    """A smooth object sampled every `pixel` at coordinates that start at 0."""
    at = np.arange(size) * pixel
    return np.exp(0.8j * np.sin(at[:, None] / 21.0) + 0.3 * np.cos(at[None, :] / 17.0))


def test_positions_and_probe_of_the_coarser_grid_explain_the_cropped_patterns(tmp_path):
    """Patterns at 128 pixels, cropped to 64, equal those of the object with pixels twice as wide."""
    K, N = 128, 64
    probe = probes.resample(probes.zone_plate(N), K)
    x, y = np.array([100.0, 131.0, 120.5]), np.array([90.0, 77.0, 111.0])
    patches = translation.cut(smooth_scene(240, 1.0), x, y, K)
    amplitude = np.abs(np.fft.fftshift(np.fft.fft2(probe * patches, norm="ortho"), axes=(1, 2)))
    arrays = {"diff3d": amplitude.astype(np.float32), "probeGuess": probe, "xcoords": x, "ycoords": y}
    np.savez(tmp_path / "a.npz", **arrays)
    cropped = importers.load(tmp_path / "a.npz", N)
    coarse = translation.cut(smooth_scene(120, 2.0), cropped.x, cropped.y, N)
    predicted = np.abs(np.fft.fftshift(np.fft.fft2(cropped.probe * coarse, norm="ortho"), axes=(1, 2)))
    error = np.linalg.norm(predicted - cropped.diffraction) / np.linalg.norm(cropped.diffraction)
    unmoved = np.linalg.norm(np.roll(predicted, 1, axis=2) - cropped.diffraction) / np.linalg.norm(cropped.diffraction)
    assert error < 0.02
    assert unmoved > 0.1


def test_the_window_lies_about_the_zero_frequency():
    for K, centre, first, missed in (
        (128, None, 32, (0, 0)),
        (65, None, 0, (0, 0)),
        (128, (60.2, 71.0), 28, (0, 0)),
        (64, (30.0, 33.0), 0, (-2, 1)),
        (66, (2.0, 65.0), 0, (-30, 31)),
    ):
        rows, columns, beside = crop.window(K, 64, centre, "a.npz")
        assert (rows[0], len(rows), len(columns), beside) == (first, 64, 64, missed)
    with pytest.raises(HarnessError, match=r"a.npz: has 63 detector pixels a side"):
        crop.window(63, 64, None, "a.npz")


def test_what_is_kept_is_said():
    intensity = np.ones((128, 128))
    kept = np.arange(32, 96)
    sentence = crop.told(128, 64, intensity, kept, kept, "a.npz")
    assert "from 128 to 64 pixels a side, which keeps 25.0% of the counts" in sentence
    assert "positions were divided by 2" in sentence
    assert sentence.endswith("More than half of the light is lost, so keep more pixels (--detector).")
    assert "More than half" not in crop.told(128, 64, np.pad(np.ones((64, 64)), 32), kept, kept, "a.npz")
    intensity[32:96, 32:96] = 0
    with pytest.raises(HarnessError, match=r"a.npz: no photon lies in the middle 64 x 64 of its 128 x 128"):
        crop.told(128, 64, intensity, kept, kept, "a.npz")
