"""Files are whole or absent, under the name that was asked for."""

from pathlib import Path

import numpy as np
import pytest

from harness import files

NAMES = ["a.npz", "a.npy", "a", "a.npz.bz2", "a.NPZ", ".npz"]


@pytest.mark.parametrize("name", NAMES)
def test_arrays_are_written_under_any_name_and_nothing_is_left_beside_them(tmp_path: Path, name: str) -> None:
    files.write_npz(tmp_path / name, row=np.arange(3))
    np.testing.assert_array_equal(files.read_npz(tmp_path / name)["row"], np.arange(3))
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", NAMES)
def test_an_array_is_written_under_any_name_and_nothing_is_left_beside_it(tmp_path: Path, name: str) -> None:
    files.write_npy(tmp_path / name, np.arange(3))
    np.testing.assert_array_equal(np.load(tmp_path / name), np.arange(3))
    assert [path.name for path in tmp_path.iterdir()] == [name]
