"""The NPZ contract: what is allowed goes through unchanged, everything else gets one sentence."""

import bz2
from dataclasses import replace

import numpy as np
import pytest

from harness.dataset import npz
from harness.errors import HarnessError

M, N = 3, 64


def arrays(**changes) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    good = {
        "diff3d": np.sqrt(rng.poisson(9.0, (M, N, N))).astype(np.float32),
        "probeGuess": np.ones((N, N), np.complex64),
        "xcoords": np.arange(M, dtype=np.float64),
        "ycoords": np.arange(M, dtype=np.float64) / 3,
    }
    merged = good | changes
    return {name: array for name, array in merged.items() if array is not None}


def with_value(value: float, shape: tuple[int, ...] = (M, N, N), dtype=np.float32) -> np.ndarray:
    array = np.ones(shape, dtype)
    array.flat[1] = value
    return array


def test_a_good_file_goes_through_and_comes_back_the_same(tmp_path):
    given = arrays(scan_index=np.array([0, 0, 1]), objectGuess=np.full((90, 80), 1 - 2j, np.complex64))
    raw = npz.validated(given, "good.npz")
    npz.save(raw, tmp_path / "a.npz")
    npz.save(raw, tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    found = npz.read_arrays(tmp_path / "a.npz")
    assert {name: array.dtype.name for name, array in found.items()} == {
        "diff3d": "float32",
        "probeGuess": "complex64",
        "xcoords": "float64",
        "ycoords": "float64",
        "xcoords_start": "float64",
        "ycoords_start": "float64",
        "scan_index": "int64",
        "objectGuess": "complex64",
    }
    assert np.array_equal(found["xcoords_start"], found["xcoords"])
    assert np.array_equal(found["ycoords_start"], found["ycoords"])
    for name, array in given.items():
        np.testing.assert_array_equal(found[name], array)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64])
def test_a_mask_comes_back_as_truth_values(tmp_path, dtype):
    mask = np.arange(N * N).reshape(N, N) % 3 > 0
    raw = npz.validated(arrays(mask=mask.astype(dtype)), "masked.npz")
    npz.save(raw, tmp_path / "a.npz")
    found = npz.read_arrays(tmp_path / "a.npz")["mask"]
    assert found.dtype == bool
    np.testing.assert_array_equal(found, mask)


@pytest.mark.parametrize(
    ("mask", "sentence"),
    [
        (np.ones((N, N - 1), bool), "'mask' is bool (64, 63); bool (64, 64) is needed, true on good pixels."),
        (np.ones((N, N)), "'mask' is float64 (64, 64); bool (64, 64) is needed"),
        (np.full((N, N), 2), "'mask' is int64 (64, 64); bool (64, 64) is needed"),
        (np.zeros((N, N), bool), "'mask' has no good pixel; true, or 1, marks the pixels that count."),
    ],
)
def test_a_mask_that_is_none_is_named(mask, sentence):
    with pytest.raises(HarnessError) as caught:
        npz.validated(arrays(mask=mask), "bad.npz")
    assert sentence in str(caught.value)


def test_scan_index_object_and_mask_are_optional():
    raw = npz.validated(arrays(), "good.npz")
    assert raw.mask is None
    assert raw.scan_index.tolist() == [0, 0, 0]
    assert raw.object is None


def test_packed_files_are_read(tmp_path):
    np.savez(tmp_path / "a.npz", **arrays())
    (tmp_path / "a.npz.bz2").write_bytes(bz2.compress((tmp_path / "a.npz").read_bytes()))
    plain, packed = npz.read_arrays(tmp_path / "a.npz"), npz.read_arrays(tmp_path / "a.npz.bz2")
    assert plain.keys() == packed.keys()
    np.testing.assert_array_equal(plain["diff3d"], packed["diff3d"])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"diff3d": None}, "lacks 'diff3d'"),
        ({"probeGuess": None}, "lacks 'probeGuess'"),
        ({"ycoords": None}, "lacks 'ycoords'"),
        ({"diff3d": np.ones((N, N), np.float32)}, "'diff3d' has shape"),
        ({"diff3d": np.ones((M, N, 60), np.float32)}, "'diff3d' has shape"),
        ({"diff3d": np.ones((0, N, N), np.float32)}, "M at least 1"),
        ({"diff3d": np.ones((M, 96, 96), np.float32)}, "N 96; allowed are 64, 128, 256"),
        ({"diff3d": np.ones((M, N, N), np.complex64)}, "'diff3d' is of type complex64"),
        ({"diff3d": with_value(np.nan)}, "'diff3d' holds 1 values that are NaN"),
        ({"diff3d": with_value(np.inf)}, "'diff3d' holds 1 values"),
        ({"diff3d": with_value(-2)}, "'diff3d' holds -2"),
        ({"diff3d": np.zeros((M, N, N), np.float32)}, "zero everywhere"),
        ({"probeGuess": np.ones((N, 32), np.complex64)}, "'probeGuess' has shape"),
        ({"probeGuess": np.ones((N, N), np.float32)}, "'probeGuess' is of type float32"),
        ({"probeGuess": with_value(np.nan, (N, N), np.complex64)}, "'probeGuess' holds 1 values"),
        ({"probeGuess": np.zeros((N, N), np.complex64)}, "nothing is illuminated"),
        ({"xcoords": np.zeros(M + 1)}, "'xcoords' has shape"),
        ({"ycoords": np.array(["a", "b", "c"])}, "'ycoords' is of type"),
        ({"xcoords": with_value(np.nan, (M,), np.float64)}, "'xcoords' holds 1 values"),
        ({"scan_index": np.zeros(M)}, "'scan_index' is float64"),
        ({"scan_index": np.zeros(M + 1, np.int64)}, "'scan_index' is int64"),
        ({"objectGuess": np.ones((9, 9))}, "'objectGuess' is float64"),
        ({"diff3d": with_value(1e300, dtype=np.float64)}, "'diff3d' holds 1e\\+300, which is infinite as float32"),
        ({"diff3d": np.full((M, N, N), 1e-80)}, "'diff3d' holds at most 1e-80, which is zero as float32"),
        ({"probeGuess": np.full((N, N), 1e100 + 0j)}, "'probeGuess' holds 1e\\+100, which is infinite as complex64"),
        ({"probeGuess": np.full((N, N), 1e-90j)}, "'probeGuess' holds at most 1e-90, which is zero as complex64"),
        ({"objectGuess": np.full((9, 9), 1e60 + 0j)}, "'objectGuess' holds 1e\\+60, which is infinite"),
        (
            {"xcoords": np.arange(M) * 1e-8, "ycoords": np.zeros(M)},
            "'xcoords', 'ycoords' span 2e-08 pixels; .*for lengths in metres, give import --pixel-size",
        ),
        ({"xcoords": 3.0 + np.arange(M) * 1e-6, "ycoords": np.zeros(M)}, "span 2e-06 pixels"),
        ({"xcoords": np.arange(M) * 1e6}, "span 2e\\+06 pixels; a canvas of at most 65536 is allowed"),
        ({"ycoords": np.array([-1e308, 0.0, 1.7e308])}, "span inf pixels"),
        ({"objectGuess": with_value(np.inf, (9, 9), np.complex64)}, "'objectGuess' holds 1 values"),
    ],
)
def test_what_is_not_allowed_is_named(changes, sentence):
    with pytest.raises(HarnessError, match=sentence) as caught:
        npz.validated(arrays(**changes), "scan7.npz")
    assert str(caught.value).startswith("scan7.npz: ")
    assert "\n" not in str(caught.value)


def test_one_and_the_same_position_is_allowed():
    assert npz.validated(arrays(xcoords=np.full(M, 1e9 / 3), ycoords=np.zeros(M)), "a.npz").x[0] == 1e9 / 3


def test_messages_name_the_keys_of_the_users_file():
    called = {"diff3d": "data", "probeGuess": "probe", "xcoords": "scan", "ycoords": "scan"}
    for changes, name in (({"diff3d": with_value(-1)}, "data"), ({"xcoords": np.zeros(9)}, "scan")):
        with pytest.raises(HarnessError, match=f"a.npz: '{name}' "):
            npz.validated(arrays(**changes), "a.npz", called=called)


def test_pickled_arrays_are_refused(tmp_path):
    np.savez(tmp_path / "bad.npz", **arrays(diff3d=np.array([{"a": 1}, None, []], dtype=object)))
    with pytest.raises(HarnessError, match=r"bad.npz: 'diff3d' cannot be read.*plain numeric array"):
        npz.read_arrays(tmp_path / "bad.npz")


def test_broken_files_are_named(tmp_path):
    np.savez(tmp_path / "whole.npz", **arrays())
    content = (tmp_path / "whole.npz").read_bytes()
    (tmp_path / "half.npz").write_bytes(content[: len(content) // 2])
    (tmp_path / "half.npz.bz2").write_bytes(bz2.compress(content)[:2000])
    (tmp_path / "text.npz").write_text("not an archive")
    for name in ("half.npz", "half.npz.bz2", "text.npz", "absent.npz"):
        with pytest.raises(HarnessError, match=name):
            npz.read_arrays(tmp_path / name)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"probe": np.full((N, N), 1e60 + 0j)}, "'probeGuess' holds 4096 values that are NaN or infinite"),
        ({"object": np.full((80, 80), 1e60 + 0j)}, "'objectGuess' holds 6400 values"),
        ({"diffraction": np.full((M, N, N), 1e-80)}, "'diff3d' is zero everywhere"),
        ({"diffraction": np.ones((M, 32, 32)), "probe": np.ones((32, 32), complex)}, "'diff3d' has N 32"),
    ],
)
def test_what_breaks_the_contract_once_it_is_written_leaves_no_file(tmp_path, changes, sentence):
    raw = replace(npz.validated(arrays(), "good.npz"), **changes)
    with pytest.raises(HarnessError, match=f"a.npz was not written, .*{sentence}"):
        npz.save(raw, tmp_path / "a.npz")
    assert not list(tmp_path.iterdir())


def test_where_nothing_can_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(HarnessError, match=r"file/a.npz: cannot be written \("):
        npz.save(npz.validated(arrays(), "good.npz"), tmp_path / "file" / "a.npz")
