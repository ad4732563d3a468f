"""Files of a case that several rungs read."""

import numpy as np
import pytest

from harness import layout
from harness.judge import cached


def test_nobody_changes_what_others_read(gs2):
    """A rung that wrote into it would change the verdicts of those after it."""
    folder = gs2.path / layout.DATASET
    grouped, arrays = cached.grouped(folder / layout.TRAIN), cached.arrays(folder / layout.TRAIN)
    for array in (*vars(grouped).values(), *arrays.values()):
        with pytest.raises(ValueError, match="read-only"):
            array.flat[0] = 0


def test_a_file_that_was_exchanged_is_read_again(gs2):
    path = gs2.path / layout.DATASET / layout.TRAIN
    before = cached.grouped(path).X.copy()
    with np.load(path) as found:
        arrays = dict(found)
    np.savez(path, **arrays | {"X": 2 * before})
    assert np.array_equal(cached.grouped(path).X, 2 * before)
