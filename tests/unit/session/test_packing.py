"""A packed case holds what it held, in less room, wherever it lies."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from harness import packed
from harness.files import read_npy, read_npz, sha256, write_npy, write_npz
from harness.session import packing

SIDES = ("first", "second")
STAGES = "lockstep/stages_float64.npz"
RNG = np.random.default_rng(3)
EXACT = RNG.normal(size=(64, 64)) + 1j * RNG.normal(size=(64, 64))


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A case whose sides agree but for rounding, with pictures that are empty for the most part."""
    folder = tmp_path / "hub" / "case"
    write_npz(folder / "dataset" / "data.npz", diff3d=EXACT.real, again=EXACT.real)
    write_npz(folder / "first" / STAGES, patches=EXACT, merged=EXACT, small=np.arange(3.0))
    write_npz(folder / "second" / STAGES, patches=EXACT * (1 + 1e-15), other=RNG.normal(size=(64, 64)))
    write_npz(folder / "second" / "lockstep/stages_float32.npz", patches=EXACT.astype(np.complex64))
    write_npz(folder / "second" / "oracle/stages_float64.npz", patches=EXACT * (1 + 1e-15))
    picture = np.zeros((200, 200))
    picture[90:110, 90:110] = 1.5
    for side in SIDES:
        write_npy(folder / side / "inference_outputs" / "amplitude.npy", picture)
        write_npy(folder / side / "exchange" / "amplitude.npy", picture)
        write_npy(folder / side / "inference_outputs" / "phase.npy", RNG.normal(size=(200, 200)))
    write_npz(folder / "golden" / "torch.npz", picture=np.zeros((99, 99)))
    write_npz(folder / "red" / "repro" / "dataset" / "inputs.npz", patches=EXACT)
    return folder


def contents(folder: Path) -> Iterator[tuple[str, str, bytes, str, tuple[int, ...]]]:
    for path in sorted(folder.rglob("*.np[yz]")):
        held = read_npz(path) if path.suffix == ".npz" else {"": read_npy(path)}
        for name, array in held.items():
            yield path.relative_to(folder).as_posix(), name, array.tobytes(), str(array.dtype), array.shape


def digests(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): sha256(path) for path in folder.rglob("*.np[yz]")}


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.np[yz]"))


def test_every_array_comes_back_to_the_last_bit_from_a_fraction_of_the_bytes(case: Path) -> None:
    before, large = list(contents(case)), size(case / "second")
    packing.pack(case, SIDES)
    assert list(contents(case)) == before, "arrays, their order included"
    held = packed.derived_at(case / "first" / STAGES)
    assert held.keys() == {"patches", "merged"}
    assert not held["merged"].differs
    assert not held["patches"].file
    assert packed.derived_at(case / "second" / STAGES)["patches"].file == "../../first/lockstep/stages_float64.npz"
    plain = 64 * 64 * 8 + 2 * 200 * 200 * 8  # noise that nothing else has, and the pictures that stay as they are
    assert size(case / "second") < plain + (large - plain) / 6


def test_packing_again_changes_nothing(case: Path) -> None:
    packing.pack(case, SIDES)
    before = digests(case)
    packing.pack(case, SIDES)
    assert digests(case) == before


def test_data_pictures_and_what_is_read_without_the_harness_are_read_by_numpy_alone(case: Path) -> None:
    unpacked = {name: sha256(case / name) for name in ("golden/torch.npz", "red/repro/dataset/inputs.npz")}
    packing.pack(case, SIDES)
    assert {name: sha256(case / name) for name in unpacked} == unpacked
    assert np.load(case / "dataset" / "data.npz")["again"].shape == (64, 64)
    assert np.load(case / "second" / "inference_outputs" / "amplitude.npy").shape == (200, 200)
    pictures = [case / side / "exchange" / "amplitude.npy" for side in SIDES]
    assert all(np.load(path)[packed.ONE].shape == (200, 200) and path.stat().st_size < 9999 for path in pictures)


def test_a_packed_case_is_read_where_it_was_copied_to(case: Path, tmp_path: Path) -> None:
    packing.pack(case, SIDES)
    found = list(contents(case))
    shutil.copytree(case, tmp_path / "elsewhere")
    shutil.rmtree(case)
    assert list(contents(tmp_path / "elsewhere")) == found


def test_a_broken_file_stays_as_it_is_and_the_rest_is_packed(case: Path) -> None:
    (case / "first" / STAGES).write_bytes(b"PK\x03\x04 and no more")
    packing.pack(case, SIDES)
    assert (case / "first" / STAGES).read_bytes() == b"PK\x03\x04 and no more"
    assert packed.derived_at(case / "second" / "oracle/stages_float64.npz").keys() == {"patches"}


def test_an_array_in_another_order_of_its_axes_is_kept_in_it(case: Path) -> None:
    write_npz(case / "second" / "graft" / "stages.npz", patches=np.asfortranarray(EXACT))
    packing.pack(case, SIDES)
    assert read_npz(case / "second" / "graft" / "stages.npz")["patches"].flags.f_contiguous


def test_patterns_follow_from_the_data_and_first_moments_from_gradients_times_a_number(tmp_path: Path) -> None:
    measured, gradient = RNG.normal(size=(4, 32, 32)).astype(np.float32), RNG.normal(size=(32, 32))
    x, y = np.arange(4.0), np.array([0.0, 1.0, 0.0, 1.0])
    write_npz(tmp_path / "dataset" / "data.npz", diff3d=measured, xcoords=x, ycoords=y)
    half = {"X": (measured[[2, 0]] * 0.37).astype(np.float32), "x": x[[2, 0]], "y": y[[2, 0]]}
    write_npz(tmp_path / "dataset" / "train.npz", **half)
    write_npz(tmp_path / "dataset" / "test.npz", **{**half, "y": y[[0, 1]]})
    write_npz(tmp_path / "first" / "lockstep" / "gradients_float64.npz", w=gradient)
    first = {"w": RNG.normal(size=(32, 32)), "w.first_moment": 0.1 * gradient}
    write_npz(tmp_path / "first" / "trajectory" / "first_float64.npz", **first)
    before = list(contents(tmp_path))
    packing.pack(tmp_path, SIDES)
    assert list(contents(tmp_path)) == before
    assert packed.derived_at(tmp_path / "dataset" / "train.npz")["X"].rows == (2, 0)
    assert not packed.derived_at(tmp_path / "dataset" / "test.npz"), "its positions are not those of the data"
    moment = packed.derived_at(tmp_path / "first" / "trajectory" / "first_float64.npz")["w.first_moment"]
    assert moment.file == "../lockstep/gradients_float64.npz"
    assert moment.times == pytest.approx(0.1)


def test_an_array_follows_from_the_nearest_of_those_before_it(tmp_path: Path) -> None:
    """After some steps the sides differ by rounding, and both from their weights before the first by far more."""
    weights = {"w": RNG.normal(size=(64, 64))}
    write_npz(tmp_path / "first" / "lockstep" / "weights.npz", **weights)
    places = [tmp_path / side / "trajectory" / f"last{step}.npz" for side in SIDES for step in range(4)]
    for number, place in enumerate(places):
        trained = weights["w"] * (1 + 1e-3 * (1 + number % 4)) * (1 + 1e-15 * (number > 3))
        write_npz(place, w=trained)
    before = list(contents(tmp_path))
    packing.pack(tmp_path, SIDES)
    assert list(contents(tmp_path)) == before
    followed = [packed.derived_at(place)["w"].file for place in places]
    assert followed[4:] == [f"../../first/trajectory/last{step}.npz" for step in range(4)]
    assert sum(place.stat().st_size for place in places[4:]) < sum(place.stat().st_size for place in places[:4]) / 3


def test_a_chain_of_arrays_ends_before_it_is_too_long_to_be_read(tmp_path: Path) -> None:
    values = RNG.normal(size=(64, 64))
    for step in range(12):  # each is nearest to the one before
        write_npz(tmp_path / "first" / "trajectory" / f"step{step:02}_float64.npz", w=values * (1 + 1e-9 * 1.5**step))
    before = list(contents(tmp_path))
    packing.pack(tmp_path, SIDES)
    assert list(contents(tmp_path)) == before
