"""Other layouts are brought to the contract, and every conversion is said."""

import io
import re
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest

from harness.dataset import probes
from harness.dataset.measured import importers
from harness.errors import HarnessError
from tests.unit.dataset.measured.small import M, N, contract, counts


def load(folder: Path, arrays: dict[str, np.ndarray], size: int = N):
    np.savez(folder / "a.npz", **arrays)
    return importers.load(folder / "a.npz", size)


def test_a_file_in_the_contract_is_taken_as_it_is(tmp_path):
    raw = load(tmp_path, contract())
    assert raw.notes == ()
    assert raw.origin == "a.npz"
    np.testing.assert_array_equal(raw.diffraction, contract()["diff3d"])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"diff3d": None, "diffraction": contract()["diff3d"]}, "taken for 'diff3d'"),
        ({"diff3d": np.moveaxis(contract()["diff3d"], 0, -1)}, r"\(N, N, M\)"),
        ({"diff3d": counts().astype(np.uint16)}, "square root"),
        ({"diff3d": counts().astype(np.float64)}, "square root"),
        ({"diff3d": np.fft.ifftshift(contract()["diff3d"], axes=(1, 2))}, "moved to the middle"),
        ({"probeGuess": contract()["probeGuess"][:, :, None]}, "last axis was taken for the modes"),
        ({"probeGuess": contract()["probeGuess"][None, None, None, None]}, "leading axes"),
        (
            {"probeGuess": np.stack([0.5j * contract()["probeGuess"], contract()["probeGuess"]])},
            "2 incoherent modes; only the strongest, number 1, is used, so 20.0% of the power is lost",
        ),
        ({"probeGuess": probes.resample(contract()["probeGuess"], 128)}, "resampled to 64"),
        ({"xcoords": contract()["xcoords"].astype(np.float32)}, "'xcoords' is of type float32"),
    ],
)
def test_each_deviation_is_converted_and_said(tmp_path, changes, sentence):
    plain, raw = load(tmp_path, contract()), load(tmp_path, contract(**changes))
    [note] = raw.notes
    assert note.endswith(".")
    assert re.search(sentence, note)
    np.testing.assert_array_equal(raw.diffraction, plain.diffraction)
    np.testing.assert_allclose(raw.probe, plain.probe, atol=1e-6)
    np.testing.assert_allclose(raw.x, plain.x, rtol=1e-6)


def zone_plate_frames(inner: float, outer: float, size: int = N, frames: int = 12, photons: float = 1e5):
    """Counts behind a weak object, and the probe of a zone plate whose pupil is `inner` to `outer` pixels wide."""
    rng = np.random.default_rng(2)
    axis = np.arange(size) - size // 2
    radius = np.hypot(axis[:, None], axis)
    pupil = ((radius >= inner) & (radius < outer)) * np.exp(2e-3j * radius**2)
    probe = np.fft.fftshift(np.fft.ifft2(np.fft.ifftshift(pupil)))
    waves = probe * np.exp(0.3j * rng.standard_normal((frames, size, size)))
    patterns = np.abs(np.fft.fftshift(np.fft.fft2(waves), axes=(1, 2))) ** 2
    counts = rng.poisson(patterns * photons / patterns.sum(axis=(1, 2)).mean())
    places = {"xcoords": np.arange(float(frames)), "ycoords": np.arange(float(frames))}
    return {"diff3d": np.sqrt(counts).astype(np.float32), "probeGuess": probe.astype(np.complex64), **places}


@pytest.mark.parametrize(
    ("inner", "outer", "size"),
    [(17, 31.5, 64), (34, 63, 128), (28, 31, 64), (25, 40, 64), (33, 46, 64), (8, 46, 64), (0, 10, 64), (0, 31, 64)],
)
def test_a_dim_middle_is_no_sign_that_the_zero_frequency_is_elsewhere(tmp_path, inner, outer, size):
    arrays = zone_plate_frames(inner, outer, size)
    raw = load(tmp_path, arrays, size)
    assert raw.notes == ()
    np.testing.assert_array_equal(raw.diffraction, arrays["diff3d"])
    cornered = arrays | {"diff3d": np.fft.ifftshift(arrays["diff3d"], axes=(1, 2))}
    moved = load(tmp_path, cornered, size)
    assert "was moved to the middle" in " ".join(moved.notes)
    np.testing.assert_array_equal(moved.diffraction, arrays["diff3d"])


def test_where_nothing_tells_the_patterns_stay_and_that_is_said(tmp_path):
    flat = np.full((M, N, N), 3.5, np.float32)
    raw = load(tmp_path, contract(diff3d=flat))
    [note] = raw.notes
    assert "were left as they are" in note
    np.testing.assert_array_equal(raw.diffraction, flat)


def test_a_pickled_none_in_place_of_the_object_is_left_out(tmp_path):
    """As PtychoPINN's own `RawData.to_file` writes it."""
    assert load(tmp_path, contract(objectGuess=np.array(None, dtype=object))).object is None
    with pytest.raises(HarnessError, match="'xcoords' cannot be read"):
        load(tmp_path, contract(xcoords=np.array(None, dtype=object)))


def test_a_real_probe_is_taken_as_complex(tmp_path):
    raw = load(tmp_path, contract(probeGuess=probes.idealised(N)))
    assert raw.probe.dtype == np.complex128
    assert "real" in raw.notes[0]


def test_counts_of_16_bits_do_not_overflow(tmp_path):
    bright = np.where(probes.radii(N) < 4, 65535, 0).astype(np.uint16) * np.ones((M, 1, 1), np.uint16)
    assert load(tmp_path, contract(diff3d=bright)).diffraction.max() == np.float32(np.sqrt(65535))


def test_negative_counts_are_refused(tmp_path):
    with pytest.raises(HarnessError, match=r"a.npz: 'diff3d' holds -3; neither counts"):
        load(tmp_path, contract(diff3d=counts() - 3))


def test_messages_name_the_keys_of_the_users_file(tmp_path):
    patterns = contract(diff3d=None, diffraction=counts() - 3)
    with pytest.raises(HarnessError, match=r"a.npz: 'diffraction' holds -3"):
        load(tmp_path, patterns)
    for key, name in (("data", "data"), ("probe", "probe"), ("scan", "scan")):
        arrays = tike()
        arrays[key] = np.full_like(arrays[key], np.nan)
        with pytest.raises(HarnessError, match=f"a.npz: '{name}' holds .* NaN"):
            load(tmp_path, arrays, 128)
    with pytest.raises(
        HarnessError, match=r"lacks 'diff3d' \(or 'diffraction'\) and 'xcoords'; found .*images.*probeG"
    ):
        load(tmp_path, contract(diff3d=None, images=counts(), xcoords=None))


def test_keys_that_nobody_needs_are_named_and_not_read(tmp_path):
    odd = np.array([{"a": 1}], dtype=object)
    extra = {"mask": odd, "data": np.zeros(3), "probe": odd, "scan": odd, "diffraction": odd}
    raw = load(tmp_path, contract(objectGuess=odd, scan_index=odd, **extra))
    assert raw.left_out == ("data", "diffraction", "mask", "objectGuess", "probe", "scan", "scan_index")
    assert raw.scan_index.tolist() == [0] * M
    np.testing.assert_array_equal(raw.diffraction, contract()["diff3d"])


@pytest.mark.parametrize(
    ("key", "shape"), [("xcoords", (400_000_000,)), ("ycoords", (20_000, 20_000)), ("probeGuess", (9, 9000, 9000))]
)
def test_an_array_that_is_far_too_large_is_refused_before_it_is_read(tmp_path, monkeypatch, key, shape):
    path = tmp_path / "a.npz"
    np.savez(path, **contract(**{key: None}))
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": shape})
    with zipfile.ZipFile(path, "a") as held:
        held.writestr(f"{key}.npy", header.getvalue())
    monkeypatch.setattr("harness.dataset.archive.Archive.read", lambda *_: pytest.fail("it was read"))
    with pytest.raises(HarnessError, match=rf"'{key}' has shape \({shape[0]},"):
        importers.load(path, N)


@pytest.mark.parametrize("K", [65, 96, 127, 512])
@pytest.mark.parametrize("corner", [False, True])
def test_a_detector_of_any_square_size_is_cropped(tmp_path, K, corner):
    """The middle of the patterns stays where it was about index K // 2, and becomes index N / 2."""
    axis = np.arange(K) - K // 2
    spot = 400 * np.exp(-(axis[:, None] ** 2 + axis**2) / 40)
    frames = np.random.default_rng(0).poisson(spot, (M, K, K))
    if corner:
        frames = np.fft.ifftshift(frames, axes=(1, 2))
    raw = load(tmp_path, contract(diff3d=frames.astype(np.uint16), probeGuess=probes.resample(probes.zone_plate(N), K)))
    assert raw.diffraction.shape == (M, N, N)
    mean = (raw.diffraction.astype(float) ** 2).mean(axis=0)
    at = np.arange(N) - N / 2
    assert (mean.sum(axis=0) * at).sum() / mean.sum() == pytest.approx(0, abs=0.1)
    assert (mean.sum(axis=1) * at).sum() / mean.sum() == pytest.approx(0, abs=0.1)
    np.testing.assert_allclose(raw.x, contract()["xcoords"] * N / K)
    assert f"cropped from {K} to 64" in raw.notes[-1]


def test_a_crop_that_keeps_no_photon_is_refused(tmp_path):
    frames = np.zeros((M, 256, 256), np.uint16)
    frames[:, 3, 4] = 9
    with pytest.raises(HarnessError, match=r"a.npz: no photon lies in the middle 64 x 64"):
        load(tmp_path, contract(diff3d=frames, probeGuess=probes.zone_plate(256)))


def test_the_order_of_as_many_patterns_as_pixels_is_found_or_told(tmp_path):
    rng = np.random.default_rng(0)
    frames = rng.poisson(40 * np.exp(-((probes.radii(N) / 9) ** 2)) * rng.uniform(0.8, 1.2, (N, 1, 1)))
    places = {"xcoords": rng.uniform(0, 99, N), "ycoords": rng.uniform(0, 99, N)}
    right = load(tmp_path, contract(diff3d=frames, **places))
    turned = load(tmp_path, contract(diff3d=np.moveaxis(frames, 0, -1), **places))
    assert "order" not in " ".join(right.notes)
    np.testing.assert_array_equal(right.diffraction, turned.diffraction)
    assert "so it was read as (N, N, M)" in turned.notes[0]
    unclear = load(tmp_path, contract(diff3d=rng.poisson(9, (N, N, N)), **places))
    assert "it was taken as (M, N, N), so make sure" in unclear.notes[0]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"diff3d": counts() * np.longdouble("1e4000")}, r"'diff3d' holds \S+e\+400\d, which is infinite as float64"),
        ({"diff3d": counts() * 1e300}, r"'diff3d' holds \S+, which is infinite as float32"),
        ({"probeGuess": np.full((N, N), np.clongdouble(1) * np.longdouble("1e4000"))}, "infinite as complex128"),
        ({"probeGuess": np.full((2, N, N), 1e200 + 0j)}, "infinite as complex64"),
    ],
)
def test_values_beyond_every_type_are_refused_without_a_warning(tmp_path, changes, sentence):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(HarnessError, match=f"^a.npz: {sentence}" if "'" in sentence else sentence):
            load(tmp_path, contract(**changes))


def test_wide_types_are_read(tmp_path):
    wide = load(tmp_path, contract(diff3d=counts().astype(np.longdouble), probeGuess=np.ones((N, N), np.clongdouble)))
    assert wide.probe.dtype == np.complex128
    np.testing.assert_array_equal(wide.diffraction, contract()["diff3d"])


def test_what_is_odd_about_the_data_is_told(tmp_path):
    frames = counts()
    frames[1] = 0
    assert "1 of 5 patterns (20%) are empty" in " ".join(load(tmp_path, contract(diff3d=frames)).doubts)


def tike(M: int = 6, size: int = 128) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    pattern = 40 * np.exp(-((probes.radii(size) / 12) ** 2))
    return {
        "data": np.fft.ifftshift(rng.poisson(pattern, (M, size, size)), axes=(1, 2)).astype(np.float32)[None],
        "probe": probes.zone_plate(size).astype(np.complex64)[None, None, None, None],
        "scan": rng.uniform(-100, 100, (1, M, 2)).astype(np.float32),
    }


def test_tike_scans_are_rows_and_columns(tmp_path):
    arrays = tike()
    raw = load(tmp_path, arrays, 128)
    np.testing.assert_array_equal(raw.y, arrays["scan"][0, :, 0])
    np.testing.assert_array_equal(raw.x, arrays["scan"][0, :, 1])
    np.testing.assert_array_equal(np.rint(raw.diffraction**2), np.fft.fftshift(arrays["data"][0], axes=(1, 2)))
    assert "tike" in raw.notes[0]


def test_cropping_the_detector_halves_the_positions_and_keeps_the_field_of_the_probe(tmp_path):
    arrays = tike()
    raw = load(tmp_path, arrays, 64)
    whole = load(tmp_path, arrays, 128)
    np.testing.assert_array_equal(raw.diffraction, whole.diffraction[:, 32:96, 32:96])
    np.testing.assert_allclose(raw.x, whole.x / 2)
    np.testing.assert_allclose(raw.y, whole.y / 2)
    np.testing.assert_allclose(raw.probe, probes.resample(whole.probe, 64))
    assert "cropped from 128 to 64" in raw.notes[-1]


def test_a_scan_that_does_not_fit_the_patterns_is_refused(tmp_path):
    arrays = tike()
    arrays["scan"] = arrays["scan"][:, :4]
    with pytest.raises(HarnessError, match=r"a.npz: 'scan' has shape \(1, 4, 2\)"):
        load(tmp_path, arrays, 128)


def test_a_detector_smaller_than_asked_for_is_refused(tmp_path):
    with pytest.raises(HarnessError, match=r"a.npz: has 64 detector pixels a side, dataset.N asks for 128"):
        load(tmp_path, contract(), 128)


@pytest.mark.parametrize("name", ["diff3d", "probeGuess", "xcoords"])
def test_a_missing_key_is_named(tmp_path, name):
    with pytest.raises(HarnessError, match=f"lacks '{name}'"):
        load(tmp_path, contract(**{name: None}))


@pytest.mark.parametrize("name", ["diff3d", "probeGuess", "xcoords"])
@pytest.mark.parametrize("shape", [(), (3,), (2, 2), (2, 3, 4, 5)])
def test_no_shape_ends_in_a_traceback(tmp_path, name, shape):
    with pytest.raises(HarnessError, match=f"'{name}'"):
        load(tmp_path, contract(**{name: np.ones(shape)}))
