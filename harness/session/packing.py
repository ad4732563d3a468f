"""Packs the arrays of a finished case: what repeats in it, or nearly so, is kept once (`harness.packed`).

The files of the data, of what is approved and of what a script repeats a difference with stay as they are.
"""

import contextlib
import io
import json
import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from harness import layout, packed
from harness.arrays import Array
from harness.errors import HarnessError
from harness.files import read_npy, read_npz, write_bytes
from harness.judge.truth import PARTS
from harness.packed import Derived

_EVIDENCE = frozenset(
    (
        layout.LOCKSTEP, layout.ORACLE, layout.TRAJECTORY, layout.GRAFT, layout.REPEAT, layout.REPLAY, layout.RESUME,
    )
)  # fmt: skip
"""Folders that nothing but the harness reads. Arrays that follow from no other one are kept by their bytes there, too:
what the high bytes share makes them smaller."""
_FOLDERS = _EVIDENCE | {layout.INFERENCE_OUTPUTS, layout.EXCHANGE, layout.COMPARISON, layout.DATASET}
"""Folders whose arrays are packed."""
_HALVES = (layout.TRAIN, layout.TEST)
_PATTERNS = "X"
_OF_DATA = ("diff3d", "xcoords", "ycoords")
_LEAST_BYTES = 2048
"""Smaller arrays are kept as they are: to say where they come from takes as much."""
_NEAR = 0.7
"""Part of its bits that an array may differ in from one that it is kept as the distance from."""
_MOST_LINKS = 6
"""Longest chain of arrays, each kept as the distance from the one before: fewer than `packed` reads."""
_SAMPLE = 1024
_WRITERS = 2
"""Threads that compress and write, while the arrays of the next files are looked at."""
_LEVEL = 1
"""Of the compression: level 6 takes three times as long and saves 4 %."""
_WORTH_IT = 0.5
"""Part of its size above which an NPY file stays plain, which any reader of NumPy opens without a name in it."""
_DATE = (1980, 1, 1, 0, 0, 0)
"""Date of every member, so that the same arrays always give the same bytes."""


class _Held(NamedTuple):
    """An array of a packed file."""

    array: Array
    path: Path
    name: str
    links: int = 0
    """How many arrays it follows from, one from the other; none, where its file holds it itself."""


@dataclass
class _Known:
    """The arrays that were packed so far."""

    by_digest: dict[tuple[str, str, tuple[int, ...]], _Held] = field(default_factory=dict)
    by_name: dict[tuple[str, tuple[int, ...]], list[_Held]] = field(default_factory=dict)

    def nearest(self, name: str, array: Array) -> tuple[_Held, float] | None:
        """The array that one differs from in the fewest bits, and what to multiply that by; None where none is near."""
        others = [(_share_apart(array, held.array, times), held, times) for held, times in self._others(name, array)]
        near = [found for found in others if found[0] < _NEAR and found[1].links < _MOST_LINKS]
        return min(near, key=lambda found: found[0])[1:] if near else None

    def _others(self, name: str, array: Array) -> Iterator[tuple[_Held, float]]:
        """Arrays that one may be near to, and what they are to be multiplied by.

        Those of its name, shape and kind. Of what an optimiser keeps of a weight also the gradient of that weight,
        since the first moment of a first step is a part of it.
        """
        for held in self.by_name.get((name, array.shape), ()):
            if held.array.dtype.kind == array.dtype.kind:
                yield held, 1.0
        gradients = self.by_name.get((name.rpartition(".")[0], array.shape), ())
        largest = np.unravel_index(np.argmax(np.abs(array)), array.shape) if gradients else ()
        for held in gradients:
            whole = float(held.array[largest]) if array.dtype.kind == held.array.dtype.kind == "f" else 0.0
            if whole and np.isfinite(times := float(array[largest]) / whole):
                yield held, times


def pack(case_dir: Path, backends: Sequence[str]) -> None:
    """Pack the arrays of a case in place; a case that is packed already stays as it is, byte for byte.

    A file that is broken stays as it is, too: the judge says what is wrong with it.
    """
    known = _Known()
    with ThreadPoolExecutor(_WRITERS) as writers:
        written = []
        for path in _files(case_dir, backends):
            with contextlib.suppress(HarnessError):
                arrays = read_npz(path) if path.suffix == ".npz" else {packed.ONE: read_npy(path)}
                members = _members(path, arrays, known)
                if path.name != layout.DATA:  # whose checksum says what was trained on; others follow from it
                    written.append(writers.submit(_write, path, members))
        for one in written:
            one.result()


def _files(case_dir: Path, backends: Sequence[str]) -> list[Path]:
    """The files to pack, the data first, then the reference, in each the exact ones first."""
    rank = {name: number for number, name in enumerate((layout.DATASET, *backends))}
    found = [path for path in case_dir.rglob("*.np[yz]") if path.parent.name in _FOLDERS and path.is_file()]
    found = [path for path in found if not _is_read_by_anyone(path.relative_to(case_dir))]

    def order(path: Path) -> tuple[int, bool, str]:
        relative = path.relative_to(case_dir)
        return rank.get(relative.parts[0], len(rank)), "float32" in path.name, relative.as_posix()

    return sorted((path for path in found if layout.RED not in path.relative_to(case_dir).parts), key=order)


def _is_read_by_anyone(relative: Path) -> bool:
    """Whether a file of a case is an NPY file that its contract names, which any reader of NumPy must open."""
    first, *folders = relative.parts[:-1]
    result = folders == [layout.INFERENCE_OUTPUTS] and relative.stem in PARTS
    return relative.suffix == ".npy" and (first in (layout.DATASET, layout.COMPARISON) or result)


def _members(path: Path, arrays: Mapping[str, Array], known: _Known) -> dict[str, bytes]:
    """The members of the archive that a file becomes; adds to `known` what it holds itself."""
    index: dict[str, Derived] = {}
    members: dict[str, bytes] = {}
    for name, array in arrays.items():
        if path.name in _HALVES and name == _PATTERNS:
            found = _patterns(path, array, arrays, known)
        else:
            found = _derived(path, name, array, known) if _may_derive(path) else None
        if found is None:
            members[f"{name}.npy"] = _npy(array)
            _remember(path, name, array, known)
            continue
        index[name], stored = found
        if stored is not None:
            members[f"{name}{packed.PLANES}"] = stored
    if index:
        stated = packed.Index(format=packed.FORMAT, order=tuple(arrays), arrays=index).model_dump()
        members[packed.INDEX] = json.dumps(stated, indent=1).encode()
    return members


def _write(path: Path, members: Mapping[str, bytes]) -> None:
    contents = _archive(members)
    if path.suffix == ".npz" or len(contents) < path.stat().st_size * _WORTH_IT:
        write_bytes(path, contents)


def _may_derive(path: Path) -> bool:
    """Whether arrays of a file may be kept as what they differ by; of data and pictures NumPy alone must read all."""
    return path.suffix == ".npz" and path.parent.name != layout.DATASET


def _derived(path: Path, name: str, array: Array, known: _Known) -> tuple[Derived, bytes | None] | None:
    """Where an array follows from, and what it differs by; None for one that is new."""
    if array.nbytes < _LEAST_BYTES or not array.flags.c_contiguous or array.dtype.kind not in "fc":
        return None
    digest = packed.sha256_of(array)
    same = known.by_digest.get((digest, str(array.dtype), array.shape))
    if same is not None:
        return _stated(path, array, digest, same), None
    kept = packed.narrowed(array)
    if (nearest := known.nearest(name, kept)) is not None:
        other, times = nearest
        _remember(path, name, array, known, other.links + 1)
        told = _stated(path, array, digest, other, kept).model_copy(update={"times": times})
        return told, packed.planes(packed.distances(kept, packed.chosen(other.array, (), times)))
    if path.parent.name not in _EVIDENCE:
        return None
    _remember(path, name, array, known)
    return _stated(path, array, digest, None, kept), packed.planes(packed.distances(kept, np.zeros_like(kept)))


def _patterns(
    path: Path, array: Array, beside: Mapping[str, Array], known: _Known
) -> tuple[Derived, bytes | None] | None:
    """The patterns of training or test as those of the data at the same positions, times the normalisation."""
    data = {
        name: held for name in _OF_DATA for (own, _), found in known.by_name.items() if own == name for held in found
    }
    if data.keys() < {*_OF_DATA} or not {"x", "y"} <= beside.keys():
        return None
    places = {place: row for row, place in enumerate(zip(data["xcoords"].array, data["ycoords"].array, strict=True))}
    rows = [places.get(place, -1) for place in zip(beside["x"], beside["y"], strict=True)]
    source = data["diff3d"]
    if min(rows, default=-1) < 0 or array.shape != (len(rows), *source.array.shape[1:]) or not array.flags.c_contiguous:
        return None
    brightest = np.unravel_index(np.argmax(array), array.shape)
    times = float(array[brightest]) / float(source.array[rows][brightest] or 1)
    expected = packed.chosen(source.array, rows, times)
    if _share_apart(array, expected) >= _NEAR:
        return None
    told = _stated(path, array, packed.sha256_of(array), source, array)
    told = told.model_copy(update={"rows": tuple(rows), "times": times})
    return told, packed.planes(packed.distances(array, expected))


def _stated(path: Path, array: Array, digest: str, other: _Held | None, kept: Array | None = None) -> Derived:
    """That an array is another one, or, where `kept` is given, that it is told from that, or from zeros."""
    return Derived(
        file="" if other is None else Path(os.path.relpath(other.path, path.parent)).as_posix(),
        array="" if other is None else other.name,
        dtype=array.dtype.str,
        kept=(array if kept is None else kept).dtype.str,
        shape=array.shape,
        sha256=digest,
        differs=kept is not None,
    )


def _share_apart(array: Array, other: Array, times: float = 1.0) -> float:
    """Part of its bits that an array differs in from another one times a number, by a sample.

    Below `_NEAR`, the distance takes less room than the array.
    """
    step = max(1, array.size // _SAMPLE)
    apart = packed.distances(array.ravel()[::step], packed.chosen(other.ravel()[::step], (), times))
    return float(np.log2(apart.astype(np.float64) + 1).mean() / (8 * apart.itemsize))


def _remember(path: Path, name: str, array: Array, known: _Known, links: int = 0) -> None:
    small = array.nbytes < _LEAST_BYTES and path.parent.name != layout.DATASET  # of the data positions count, too
    if small or array.dtype.kind not in "fc":
        return
    if array.flags.c_contiguous:
        digest = packed.sha256_of(array)
        known.by_digest.setdefault((digest, str(array.dtype), array.shape), _Held(array, path, name, links))
    known.by_name.setdefault((name, array.shape), []).append(_Held(array, path, name, links))


def _npy(array: Array) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, allow_pickle=False)
    return stream.getvalue()


def _archive(members: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name, contents in members.items():
            archive.writestr(zipfile.ZipInfo(name, _DATE), contents, zipfile.ZIP_DEFLATED, _LEVEL)
    return stream.getvalue()
