"""Whatever stands in the place of an array of a known layout, a file is imported or refused by a sentence."""

import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from harness.dataset.measured import importers
from harness.dataset.measured.stated import Stated
from harness.errors import HarnessError
from tests.unit.dataset.measured import layout_files as files

Odd = Callable[[np.ndarray], object]
ODD: dict[str, Odd] = {
    "empty": lambda _: np.zeros((0,)),
    "one number": lambda _: np.float64(3),
    "text": lambda _: "abc",
    "not a number": lambda array: np.full(array.shape, np.nan),
    "infinite": lambda array: np.full(array.shape, np.inf),
    "huge": lambda array: np.full(array.shape, 1e300),
    "negative": lambda array: -np.ones(array.shape),
    "zero": lambda array: np.zeros(array.shape),
    "complex": lambda array: np.ones(array.shape, complex),
    "boolean": lambda array: np.ones(array.shape, bool),
    "largest integer": lambda array: np.full(array.shape, 2**63 - 1),
    "pairs": lambda array: np.zeros(array.shape, [("a", "f4"), ("b", "i4")]),
    "the first alone": lambda array: array[:1],
    "more axes": lambda array: array[None, None],
    "turned": lambda array: array.T,
}
WRITERS: dict[str, files.Writer] = {
    "cxi": files.cxi_turned, "nexus": files.nexus_raster, "ptypy": files.ptypy_chunks, "ptychodus": files.ptychodus_npz,
    "ptylab": files.ptylab_turned, "matlab": files.ptylab_matlab, "pinn": files.pinn_product,
}  # fmt: skip


def arrays(path: Path) -> list[str]:
    names: list[str] = []
    with h5py.File(path) as file:
        file.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
    return names


def changed(path: Path, name: str, odd: Odd) -> Path:
    """A copy of a file with something odd in the place of one array."""
    copy = path.with_name("odd" + path.suffix)
    shutil.copy(path, copy)
    with h5py.File(copy, "a") as file:
        value, attributes = np.asarray(file[name][()]), dict(file[name].attrs)
        if value.ndim == 0 and odd is ODD["the first alone"]:
            return copy
        del file[name]
        file[name] = odd(value)
        file[name].attrs.update(attributes)
    return copy


@pytest.mark.parametrize("layout", WRITERS)
def test_nothing_odd_ends_in_a_traceback_or_a_warning(tmp_path: Path, layout: str) -> None:
    written = WRITERS[layout](tmp_path)
    *others, path = written if isinstance(written, list) else [written]
    outcomes = set()
    for name in arrays(path):
        for kind, odd in ODD.items():
            copy = changed(path, name, odd)
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                try:
                    raw = importers.load([*others, copy], files.N, Stated(strict=True))
                    outcomes.add("imported")
                    assert np.isfinite(raw.diffraction).all(), f"{name}: {kind}"
                    assert np.isfinite([raw.x, raw.y]).all(), f"{name}: {kind}"
                except HarnessError:
                    outcomes.add("refused")
    assert outcomes == {"imported", "refused"}
