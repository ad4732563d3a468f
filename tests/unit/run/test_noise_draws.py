"""What a noise draw changes: rounding of the weights and the order of the samples, and nothing that matters."""

import numpy as np

from harness.ports.protocol import Batch
from harness.run.legs.lockstep import reordered


def test_a_draw_puts_the_samples_of_a_batch_in_another_order_together() -> None:
    amplitude = np.arange(4.0)[:, None, None, None] * np.ones((4, 8, 8, 4))
    batch = Batch(amplitude, 10.0 + np.arange(4.0)[:, None, None, None] * np.ones((4, 1, 2, 4)))
    orders = []
    for draw in (1, 2, 3):
        found = reordered(batch, draw)
        order = found.amplitude[:, 0, 0, 0]
        assert sorted(order) == [0.0, 1.0, 2.0, 3.0]
        np.testing.assert_array_equal(found.relative[:, 0, 0, 0], 10.0 + order)
        orders.append(tuple(order))
    assert len({*orders, (0.0, 1.0, 2.0, 3.0)}) == 4


def test_the_plain_walk_is_not_reordered() -> None:
    batch = Batch(np.random.default_rng(3).random((4, 8, 8, 1)), np.zeros((4, 1, 2, 1)))
    np.testing.assert_array_equal(reordered(batch, 0).amplitude, batch.amplitude)
