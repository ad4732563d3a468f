"""Archives of arrays: what is asked for is read, what is not is not, and what is no archive is named."""

import bz2
import gzip
import io
import pickle
import resource
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from harness.dataset import npz
from harness.errors import HarnessError
from harness.files import read_npz

KEPT = np.arange(4.0)
UNSAFE = ("allow_pickle", "unsafe", "pickle.load", "context manager")


def npz_bytes(**arrays: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def with_huge_member(path: Path, name: str, shape: tuple[int, ...], content: int) -> Path:
    """An archive with one good array and one whose header says `shape`, of `content` zeros."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": shape})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        stream = io.BytesIO()
        np.save(stream, KEPT)
        archive.writestr("kept.npy", stream.getvalue())
        with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
            member.write(header.getvalue())
            for _ in range(content >> 22):
                member.write(bytes(1 << 22))
    return path


def test_only_what_is_asked_for_is_read(tmp_path: Path) -> None:
    """The other arrays may be pickled, of no known kind, or take more memory than there is."""
    path = with_huge_member(tmp_path / "a.npz", "junk", (1 << 27,), 1 << 29)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("objects.npy", npy_of(np.array([{"a": 1}], dtype=object)))
        archive.writestr("no_header.npy", b"hello")
        archive.writestr("readme.txt", "hi")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = npz.read_arrays(path, only=("kept", "absent"))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
    assert list(found) == ["kept"]
    np.testing.assert_array_equal(found["kept"], KEPT)


def npy_of(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("shape", "content", "sentence"),
    [
        ((1 << 60,), 0, r"'junk' float32 \(1152921504606846976,\) takes .* bytes, but .* are there"),
        ((1000, 1000), 1 << 20, "the file is damaged"),
    ],
)
def test_a_size_that_cannot_be_is_refused_before_memory_is_taken(tmp_path: Path, shape, content, sentence) -> None:
    path = with_huge_member(tmp_path / "a.npz", "junk", shape, content)
    with pytest.raises(HarnessError, match=sentence):
        npz.read_arrays(path)


def test_an_array_larger_than_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = with_huge_member(tmp_path / "a.npz", "junk", (1 << 21,), 1 << 23)
    packed = tmp_path / "a.npz.bz2"
    packed.write_bytes(bz2.compress(npz_bytes(junk=np.zeros(1 << 21))))
    monkeypatch.setattr("harness.dataset.archive.half_of_memory", lambda: 1 << 22)
    for file in (path, packed):
        with pytest.raises(HarnessError, match="more than half of this machine's memory"):
            npz.read_arrays(file)


def hdf5(path: Path) -> None:
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(99))


def hdf5_behind_a_user_block(path: Path) -> None:
    path.write_bytes(bytes(512) + b"\x89HDF\r\n\x1a\n" + bytes(99))


def torch_like(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/data.pkl", b"\x80\x02.")


OTHERS: dict[str, Callable[[Path], object]] = {
    "HDF5": hdf5,
    "HDF5 file": hdf5_behind_a_user_block,
    "MATLAB": lambda path: scipy.io.savemat(path, {"a": KEPT}, appendmat=False),
    "MATLAB file": lambda path: path.write_bytes(b"MATLAB 7.3 MAT-file".ljust(512) + b"\x89HDF\r\n\x1a\n" + bytes(99)),
    "TIFF": lambda path: path.write_bytes(b"II*\0" + bytes(40)),
    "TIFF picture": lambda path: path.write_bytes(b"MM\0*" + bytes(40)),
    "NPY": lambda path: path.write_bytes(npy_of(KEPT)),
    "pickle": lambda path: path.write_bytes(pickle.dumps({"diff3d": [1, 2]})),
    "gzip": lambda path: path.write_bytes(gzip.compress(npz_bytes(a=KEPT))),
    "text": lambda path: path.write_text("x, y\n1.0, 2.0 µm\n"),
    "empty": lambda path: path.write_bytes(b""),
    "no kind that is known": lambda path: path.write_bytes(bytes(range(256))),
    "text (packed)": lambda path: path.write_bytes(bz2.compress(b"hello " * 999)),
    "without arrays .*data.pkl": torch_like,
    "not a whole NPZ": lambda path: path.write_bytes(npz_bytes(a=KEPT)[:-60]),
    "there is no such file": lambda path: None,
    "is a folder": lambda path: path.mkdir(),
}


@pytest.mark.parametrize("name", ["a.npz", "a.npz.bz2", "scan"])
@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_no_npz_is_named_for_what_it_is(tmp_path: Path, name: str, kind: str) -> None:
    OTHERS[kind](tmp_path / name)
    with pytest.raises(HarnessError, match=kind.removesuffix(" (packed)")) as caught:
        npz.read_arrays(tmp_path / name)
    assert str(caught.value).startswith(f"{tmp_path / name}: ")
    assert not [word for word in UNSAFE if word in str(caught.value)]
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["a.npz", "a.npz.bz2", "a.bz2", "a"])
@pytest.mark.parametrize("pack", [bytes, bz2.compress])
def test_an_npz_is_read_whatever_its_name(tmp_path: Path, name: str, pack: Callable[[bytes], bytes]) -> None:
    (tmp_path / name).write_bytes(pack(npz_bytes(kept=KEPT)))
    np.testing.assert_array_equal(npz.read_arrays(tmp_path / name)["kept"], KEPT)


def test_numpys_advice_to_read_pickles_reaches_nobody(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", diff3d=np.array([{"a": 1}], dtype=object))
    (tmp_path / "b.npz").write_bytes(pickle.dumps([1]))
    for name in ("a.npz", "b.npz"):
        for read in (npz.read_arrays, read_npz):
            with pytest.raises(HarnessError) as caught:
                read(tmp_path / name)
            assert not [word for word in UNSAFE if word in str(caught.value)], caught.value
