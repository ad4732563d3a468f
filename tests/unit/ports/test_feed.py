import numpy as np
import pytest

from harness.dataset.grouped import GroupedData
from harness.errors import HarnessError
from harness.ports.feed import FedBatches, batch_of


@pytest.fixture
def data():
    generator = np.random.default_rng(0)
    groups = generator.integers(0, 5, size=(6, 4))
    return GroupedData(
        X=generator.random((5, 8, 8)).astype(np.float32),
        x=generator.random(5),
        y=generator.random(5),
        groups=groups,
        offsets=generator.random((6, 1, 2, 1)),
        relative=generator.random((6, 1, 2, 4)),
        batches=np.array([[0, 5], [3, 2], [1, 4], [2, 0]]),
    )


def test_amplitude_is_the_scaled_pattern_in_float64_channels_last(data):
    batch = batch_of(data, np.array([3, 2]), 7.0)
    assert batch.amplitude.shape == (2, 8, 8, 4)
    assert batch.amplitude.dtype == batch.relative.dtype == np.float64
    pattern = data.X[data.groups[2, 1]].astype(np.float64)
    np.testing.assert_array_equal(batch.amplitude[1, :, :, 1], 7.0 * pattern)
    np.testing.assert_array_equal(batch.relative, data.relative[[3, 2]])


def test_batches_walk_through_the_data_in_order(data):
    source = FedBatches(data, epochs=2, intensity_scale=7.0)
    assert (source.epochs, source.steps_per_epoch) == (2, 2)
    for step, rows in enumerate(data.batches):
        wanted = batch_of(data, rows, 7.0)
        np.testing.assert_array_equal(source.batch(step).amplitude, wanted.amplitude)
        np.testing.assert_array_equal(source.batch(step).relative, wanted.relative)


@pytest.mark.parametrize("epochs", [3, 5])
def test_batches_that_do_not_divide_evenly(data, epochs):
    with pytest.raises(HarnessError, match=f"4 batches, which cannot be shared out over {epochs} epochs"):
        FedBatches(data, epochs, 7.0)
