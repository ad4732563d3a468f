"""The two halves of a scan: the patterns that are trained on, and those that are predicted.

Workers import this module, so it needs no library but NumPy.
"""

import numpy as np

from harness.dataset import scan
from harness.dataset.npz import RawData
from harness.errors import HarnessError
from harness.scenario.schema import Scenario

Array = np.ndarray


def split(scenario: Scenario, raw: RawData) -> tuple[Array, Array]:
    """Indices of the training and of the test patterns, in the order of the scan.

    Raises `HarnessError` when all patterns lie at one position: every test pattern would have been trained on.
    """
    if scenario.dataset.split == "none":
        everything = np.arange(len(raw.x))
        return everything, everything
    train = scan.split_half(raw.x, raw.y)
    if train.all():
        raise HarnessError(
            f"{raw.origin}: all patterns ({len(train)}) lie at one position, so they cannot be split into training and "
            "test; give patterns at two positions at least, or set dataset.split to none."
        )
    return np.flatnonzero(train), np.flatnonzero(~train)
