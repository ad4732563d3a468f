"""Grouped data on disk and as batches."""

import numpy as np
import pytest

from harness.dataset.grouped import GroupedData
from harness.errors import HarnessError
from harness.files import write_npz


def grouped() -> GroupedData:
    rng = np.random.default_rng(0)
    return GroupedData(
        X=rng.uniform(size=(5, 6, 6)).astype(np.float32),
        x=np.arange(5.0),
        y=np.arange(5.0),
        groups=np.array([[0, 1], [3, 4], [2, 0]]),
        offsets=np.zeros((3, 1, 2, 1)),
        relative=rng.normal(size=(3, 1, 2, 2)),
        batches=np.array([[2, 0]]),
    )


def test_a_batch_has_channels_last_and_the_amplitude_of_the_counts():
    data = grouped()
    amplitude, relative = data.batch(np.array([2, 0]), 10.0)
    assert amplitude.shape == (2, 6, 6, 2)
    assert amplitude.dtype == np.float64
    np.testing.assert_array_equal(amplitude[0, :, :, 1], 10.0 * data.X[0].astype(np.float64))
    np.testing.assert_array_equal(amplitude[1, :, :, 1], 10.0 * data.X[1].astype(np.float64))
    np.testing.assert_array_equal(relative, data.relative[[2, 0]])


def test_what_is_saved_is_loaded(tmp_path):
    data = grouped()
    data.save(tmp_path / "train.npz")
    again = GroupedData.load(tmp_path / "train.npz")
    for name, array in vars(data).items():
        np.testing.assert_array_equal(getattr(again, name), array)


def test_a_missing_array_is_named(tmp_path):
    arrays = vars(grouped()).copy()
    del arrays["relative"]
    write_npz(tmp_path / "train.npz", **arrays)
    with pytest.raises(HarnessError, match=r"train.npz: lacks relative"):
        GroupedData.load(tmp_path / "train.npz")
