"""What a packed archive holds comes back to the last bit, or not at all."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from harness import packed
from harness.errors import HarnessError
from harness.files import read_npy, read_npz, write_npz

TYPES = [np.dtype(name) for name in ("float32", "float64", "complex64", "complex128")]
ANY = st.sampled_from(TYPES).flatmap(lambda dtype: arrays.arrays(dtype, (3, 2)))
OTHER = np.linspace(1, 2, 500).reshape(5, 100)


def derived(own: np.ndarray, **changes: object) -> packed.Derived:
    stated = {
        "file": "../a/other.npz", "array": "x", "dtype": own.dtype.str, "kept": own.dtype.str, "shape": own.shape,
        "sha256": packed.sha256_of(own), "differs": True,
    }  # fmt: skip
    return packed.Derived.model_validate(stated | changes)


def write(path: Path, **members: bytes | str) -> None:
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, contents in members.items():
            archive.writestr(name, contents)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive whose only array is kept as what it differs by from that of another."""
    own = np.nextafter(OTHER, 3)
    (tmp_path / "a").mkdir()
    write_npz(tmp_path / "a" / "other.npz", x=OTHER)
    leave(tmp_path / "b" / "own.npz", own, derived(own))
    return tmp_path / "b" / "own.npz"


def leave(path: Path, own: np.ndarray, told: packed.Derived, number: int = packed.FORMAT) -> None:
    index = {"format": number, "order": ["y"], "arrays": {"y": told.model_dump()}}
    stored = packed.planes(packed.distances(own, OTHER))
    write(path, **{packed.INDEX: json.dumps(index), f"y{packed.PLANES}": stored})


@given(ANY, ANY)
def test_an_array_comes_back_to_the_last_bit_from_any_other_of_its_kind(own: np.ndarray, other: np.ndarray) -> None:
    if own.dtype.kind != other.dtype.kind:
        other = other + np.zeros(1, "complex64") if own.dtype.kind == "c" else other.real
    again = packed.applied(packed.planes(packed.distances(own, other)), other, derived(own))
    assert (again.dtype, again.shape, again.tobytes()) == (own.dtype, own.shape, own.tobytes())


def test_neighbours_are_one_apart_in_either_direction_and_across_zero() -> None:
    for value in (1.0, -1.0, 0.0, 1e300):
        near = np.array([np.nextafter(value, 2 * abs(value) + 1)])
        assert packed.distances(near, np.array([value])) <= 2
    assert packed.planes(np.array([1, 2], "u4")) == bytes([1, 2, 0, 0, 0, 0, 0, 0])


def test_a_derived_array_is_read_like_any_other_and_may_be_changed(archive: Path) -> None:
    found = read_npz(archive)
    np.testing.assert_array_equal(found["y"], np.nextafter(OTHER, 3))
    found["y"][:] = 0
    np.testing.assert_array_equal(read_npz(archive)["y"], np.nextafter(OTHER, 3))
    assert packed.derived_at(archive).keys() == {"y"}


def test_an_array_that_follows_from_another_one_now_is_refused(archive: Path) -> None:
    write_npz(archive.parents[1] / "a" / "other.npz", x=OTHER * 2)
    with pytest.raises(HarnessError, match=r"own.npz: y: .* from x of ../a/other.npz, which is another array now"):
        read_npz(archive)


def test_an_archive_without_the_one_that_it_follows_from_says_what_to_copy(archive: Path) -> None:
    (archive.parents[1] / "a" / "other.npz").unlink()
    with pytest.raises(HarnessError, match=r"other.npz, which is not there; copy the whole folder of the case"):
        read_npz(archive)


@pytest.mark.parametrize("file", ["/etc/passwd", "../a/../../x.npz", "../" * 9 + "x.npz"])
def test_a_name_that_leaves_the_case_is_refused(archive: Path, file: str) -> None:
    own = np.nextafter(OTHER, 3)
    leave(archive, own, derived(own, file=file))
    with pytest.raises(HarnessError, match="allowed is a file of the same case"):
        read_npz(archive)


def test_archives_that_follow_from_each_other_are_refused(archive: Path) -> None:
    own = np.nextafter(OTHER, 3)
    leave(archive, own, derived(own, file="own.npz", array="y"))
    with pytest.raises(HarnessError, match="follows from it in turn"):
        read_npz(archive)


def test_an_archive_of_another_format_is_refused_in_one_sentence(archive: Path) -> None:
    own = np.nextafter(OTHER, 3)
    leave(archive, own, derived(own), number=2)
    with pytest.raises(HarnessError, match="format: found 2, allowed 1; read it with the version"):
        read_npz(archive)


@pytest.mark.parametrize("index", ["{", "[]", '{"format": 1}', '{"format": 1, "order": [], "arrays": {"y": 3}}'])
def test_a_broken_index_is_refused_in_one_sentence(archive: Path, index: str) -> None:
    write(archive, **{packed.INDEX: index})
    with pytest.raises(HarnessError, match="is no index of derived arrays"):
        read_npz(archive)


@pytest.mark.parametrize(
    "changes", [{"shape": (7, 7)}, {"kept": "<f4"}, {"dtype": "nonsense"}, {"array": "z"}, {"rows": (99,)}]
)
def test_an_index_that_does_not_fit_is_refused_in_one_sentence(archive: Path, changes: dict[str, object]) -> None:
    own = np.nextafter(OTHER, 3)
    leave(archive, own, derived(own, **changes))
    with pytest.raises(HarnessError):
        read_npz(archive)


def test_an_npy_file_may_be_an_archive_of_one_array(tmp_path: Path) -> None:
    stream = io.BytesIO()
    np.save(stream, OTHER)
    write(tmp_path / "one.npy", **{f"{packed.ONE}.npy": stream.getvalue()})
    np.testing.assert_array_equal(read_npy(tmp_path / "one.npy"), OTHER)
