"""What a person states about a data set counts: axes, places, units, masks, other names; each is said."""

import re
from pathlib import Path

import numpy as np
import pytest

from harness.dataset import probes
from harness.dataset.measured import importers
from harness.dataset.measured.geometry import Geometry
from harness.dataset.measured.stated import Stated
from harness.errors import HarnessError
from tests.unit.dataset.measured.small import M, N, contract, counts


def load(folder: Path, arrays: dict[str, np.ndarray], **stated):
    np.savez(folder / "a.npz", **arrays)
    return importers.load(folder / "a.npz", N, Stated(**stated))


def test_what_stays_open_is_refused_or_stated(tmp_path):
    flat = contract(diff3d=np.sqrt(np.random.default_rng(0).poisson(9, (M, N, N))).astype(np.float32))
    with pytest.raises(HarnessError, match=r"a.npz: 'diff3d': neither .* give --zero-frequency middle or .* corner"):
        load(tmp_path, flat, strict=True)
    middle = load(tmp_path, flat, strict=True, zero_frequency="middle")
    np.testing.assert_array_equal(middle.diffraction, flat["diff3d"])
    corner = load(tmp_path, flat, strict=True, zero_frequency="corner")
    np.testing.assert_array_equal(corner.diffraction, np.fft.fftshift(flat["diff3d"], axes=(1, 2)))
    assert corner.notes == ("The zero frequency was taken to lie at the corner, as --zero-frequency says.",)


def test_counts_and_amplitudes_can_be_stated(tmp_path):
    whole = contract(diff3d=counts().astype(np.float32))
    kept = load(tmp_path, whole, counts=False)
    np.testing.assert_array_equal(kept.diffraction, whole["diff3d"])
    broken = contract(diff3d=(counts() * 0.9).astype(np.float32))
    np.testing.assert_array_equal(load(tmp_path, broken).diffraction, broken["diff3d"])
    rooted = load(tmp_path, broken, counts=True)
    np.testing.assert_allclose(rooted.diffraction, np.sqrt(broken["diff3d"]), rtol=1e-6)
    assert "as --counts says" in rooted.notes[0]


def test_photons_scale_the_amplitudes(tmp_path):
    dim = contract(diff3d=contract()["diff3d"] * np.float32(1e-3))
    raw = load(tmp_path, dim, photons=5000.0)
    assert (raw.diffraction.astype(float) ** 2).sum(axis=(1, 2)).mean() == pytest.approx(5000)
    assert re.search(r"scaled from 0.0\d+ to 5000 photons a pattern", raw.notes[0])


def test_the_order_of_axes_can_be_stated(tmp_path):
    rng = np.random.default_rng(0)
    places = {"xcoords": rng.uniform(0, 99, N), "ycoords": rng.uniform(0, 99, N)}
    even = contract(diff3d=np.sqrt(rng.poisson(9, (N, N, N))).astype(np.float32), **places)
    with pytest.raises(HarnessError, match=r"'diff3d' is 64 x 64 x 64, .* give --axes MNN or NNM"):
        load(tmp_path, even, strict=True)
    turned = load(tmp_path, even, strict=True, axes="NNM", zero_frequency="middle")
    np.testing.assert_array_equal(turned.diffraction, np.moveaxis(even["diff3d"], -1, 0))
    with pytest.raises(HarnessError, match=r"'diff3d' has shape \(5, 64, 64\); N x N x M with a square detector"):
        load(tmp_path, contract(), axes="NNM")


def test_several_exposures_of_each_position_are_added(tmp_path):
    three = np.stack([counts(seed) for seed in range(3)], axis=1).astype(np.uint16)
    for frames in (three, np.moveaxis(three, 1, 0), np.asfortranarray(three)):
        raw = load(tmp_path, contract(diff3d=frames))
        np.testing.assert_array_equal(raw.diffraction, np.sqrt(three.sum(axis=1)).astype(np.float32))
        assert "Each position has 3 exposures, whose counts were added." in raw.notes


@pytest.mark.parametrize("size", [N, 128])
def test_every_order_of_the_axes_gives_the_same_patterns(tmp_path, size):
    """Also those that a file stores in reversed order, with a channel, as a raster, and with the corner first."""
    rng = np.random.default_rng(0)
    frames = rng.poisson(40 * np.exp(-((probes.radii(size) / 12) ** 2)), (6, size, size)).astype(np.uint16)
    frames[:, size // 2 + 3, size // 2 - 5] += 50
    places = {"xcoords": np.arange(6.0), "ycoords": np.arange(6.0) ** 2}
    raw = load(tmp_path, contract(diff3d=frames, **places, probeGuess=probes.zone_plate(size)))
    middle = slice(size // 2 - N // 2, size // 2 + N // 2)
    np.testing.assert_array_equal(raw.diffraction, np.sqrt(frames[:, middle, middle]).astype(np.float32))
    last = np.moveaxis(frames, 0, -1)
    corner = np.fft.ifftshift(frames, axes=(1, 2))
    forms = [frames[..., None], frames.reshape(2, 3, size, size), np.asfortranarray(frames), last, corner]
    for form in [*forms, np.ascontiguousarray(last), np.ascontiguousarray(np.moveaxis(corner, 0, -1))]:
        other = load(tmp_path, contract(diff3d=form, **places, probeGuess=probes.zone_plate(size)))
        np.testing.assert_array_equal(other.diffraction, raw.diffraction)


def test_metres_become_pixels_by_what_is_stated(tmp_path):
    metres = contract(xcoords=contract()["xcoords"] * 8e-9, ycoords=contract()["ycoords"] * 8e-9)
    with pytest.raises(HarnessError, match=r"give import --pixel-size, or --energy"):
        load(tmp_path, metres)
    raw = load(tmp_path, metres, geometry=Geometry(pixel=(8e-9, 8e-9)))
    np.testing.assert_allclose(raw.x, contract()["xcoords"])
    assert "divided by the pixel of the object grid, 8e-09 m." in raw.notes[0]
    setup = Geometry(wavelength=1.24e-10, distance=0.6, detector_pixel=(75e-6, 75e-6))
    raw = load(tmp_path, metres, geometry=setup)
    np.testing.assert_allclose(raw.y, contract()["ycoords"] * 8e-9 / (1.24e-10 * 0.6 / (N * 75e-6)))
    assert "1.55e-08 m = wavelength 1.24e-10 m * distance 0.6 m / (64 pixels * 7.5e-05 m)" in raw.notes[0]
    with pytest.raises(HarnessError, match=r"a.npz: nothing tells the distance and the detector pixel.* --pixel-size"):
        load(tmp_path, metres, geometry=Geometry(wavelength=1.24e-10))


def test_other_names_and_columns_can_be_stated(tmp_path):
    arrays = contract(diff3d=None, xcoords=None, ycoords=None, images=counts(), where=np.arange(10.0).reshape(M, 2))
    keys = {"diff3d": "images", "xcoords": "where:1", "ycoords": "where:0"}
    raw = load(tmp_path, arrays, keys=keys)
    assert raw.x.tolist() == [1, 3, 5, 7, 9]
    assert raw.y.tolist() == [0, 2, 4, 6, 8]
    for wrong, sentence in (("where:2", "'where' has shape .* no column 2"), ("there", "lacks 'there'")):
        with pytest.raises(HarnessError, match=f"a.npz: {sentence}"):
            load(tmp_path, arrays, keys={**keys, "xcoords": wrong})


def masked(good: np.ndarray, **names) -> dict[str, np.ndarray]:
    """Counts whose bad pixels hold what marks them."""
    return contract(diff3d=np.where(good, counts(), 2**32 - 1).astype(np.uint32), **names)


def test_a_mask_takes_bad_pixels_out(tmp_path):
    good = np.ones((N, N), bool)
    good[10:12], good[5, 7] = False, False
    for names in ({"mask": good}, {"bad_pixels": ~good}, {"mask": good.astype(np.uint8)}):
        raw = load(tmp_path, masked(good, **names))
        np.testing.assert_array_equal(raw.mask, good)
        np.testing.assert_array_equal(raw.diffraction, np.where(good, contract()["diff3d"], 0))
        assert "The mask marks 129 of 4096 pixels (3.15%) as bad" in raw.notes[0]
        assert "which marks pixels" not in " ".join(raw.doubts)
    assert load(tmp_path, contract(mask=np.ones((N, N), bool))).mask is None


def test_a_stated_mask_is_a_key_or_a_file_and_most_pixels_are_good(tmp_path):
    good = np.ones((N, N), bool)
    good[10:12] = False
    np.save(tmp_path / "hot.npy", ~good)
    for name, array in (("pixels", good), ("dead", (~good).astype(np.float32)), (str(tmp_path / "hot.npy"), None)):
        raw = load(tmp_path, masked(good, **({} if array is None else {name: array})), mask=name)
        np.testing.assert_array_equal(raw.mask, good)
        assert "since most pixels hold it" in raw.notes[0]
    with pytest.raises(HarnessError, match=r"--mask: .*absent.npy is no NPY file"):
        load(tmp_path, contract(), mask=str(tmp_path / "absent.npy"))
    with pytest.raises(HarnessError, match=r"a.npz: 'mask' is float64 \(3,\); a mask \(64, 64\)"):
        load(tmp_path, contract(mask=np.ones(3)))


def test_masks_of_each_pattern_become_one_and_the_figures_are_said(tmp_path):
    good = np.ones((M, N, N), bool)
    good[1, 3, 3], good[2, 4, 4:6] = False, False
    raw = load(tmp_path, contract(mask=good))
    np.testing.assert_array_equal(raw.mask, good.all(axis=0))
    assert "marks 3 of 4096 pixels" in raw.notes[0]
    assert "(0.6 bad in one on average)" in raw.notes[0]
    with pytest.raises(HarnessError, match=r"a.npz: 'mask' leaves no pixel that is good in all patterns"):
        load(tmp_path, contract(mask=np.zeros((N, N), bool)))


def test_the_mask_is_cropped_and_moved_with_the_detector(tmp_path):
    rng = np.random.default_rng(0)
    frames = rng.poisson(40 * np.exp(-((probes.radii(128) / 12) ** 2)), (M, 128, 128))
    good = np.ones((128, 128), bool)
    good[60, 70], good[3, 3] = False, False
    for turn in (np.asarray, np.fft.ifftshift):
        axes = {} if turn is np.asarray else {"axes": (1, 2)}
        arrays = contract(diff3d=turn(frames, **axes), mask=turn(good), probeGuess=probes.zone_plate(128))
        mask = load(tmp_path, arrays).mask
        assert np.argwhere(~mask).tolist() == [[28, 38]]
