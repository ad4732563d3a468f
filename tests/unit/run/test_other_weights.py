"""What a side is given of the other side's weights: what both have in the same shape, and no constants."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from harness.run.legs import common


def test_what_has_another_shape_is_a_constant_or_is_had_alone_stays_as_it_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start = {"both": np.zeros(2), "wider": np.zeros(3), "kernel": np.zeros(2), "alone": np.zeros(1)}
    contract = SimpleNamespace(shapes={name: value.shape for name, value in start.items()}, constants=("kernel",))
    monkeypatch.setattr(common, "shared_start", lambda *_: start)
    given = {"both": np.ones(2), "wider": np.ones(4), "kernel": np.ones(2), "theirs": np.ones(1)}
    found = common.weights_of_other(cast("Any", None), cast("Any", SimpleNamespace(contract=contract)), given)
    assert {name: float(value.max()) for name, value in found.items()} == {
        "both": 1,
        "wider": 0,
        "kernel": 0,
        "alone": 0,
    }
