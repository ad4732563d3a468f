"""The oracle that the scenario of a user's pair names."""

from pathlib import Path

import numpy as np
import pytest

from harness.errors import HarnessError
from harness.networks.network import oracle_of
from harness.ports.protocol import Batch, Setup
from harness.scenario.pair import PairScenario

ORACLES = """\
def twice(known, batch, weights):
    return {"up": 2 * known["down"]}

def breaks(known, batch, weights):
    return known["absent"]

def elsewhere(known, batch, weights):
    return {"down": known["down"], "side": 0}

def nothing(known, batch, weights):
    return None
"""
SIDE = {"port": "own", "factory": "side.py:build"}
BATCH = Batch(np.ones((1, 4, 4, 1)), np.zeros((1, 1, 2, 1)))


@pytest.fixture
def setup(tmp_path: Path):
    (tmp_path / "exact.py").write_text(ORACLES)

    def named(oracle: str | None) -> Setup:
        pair = {"reference": {**SIDE, "name": "one"}, "candidate": {**SIDE, "name": "other"}, "oracle": oracle}
        given = {"probe": np.ones((64, 64)), "padded_size": 64, "nphotons": 1.0, "intensity_scale": 1.0}
        more = {"object_amplitude": 1.0, "precision": "float64", "random_layers": False, "home": tmp_path}
        return Setup(scenario=PairScenario.model_validate({"pair": pair}).for_side("one"), **given, **more)

    return named


def stages(setup: Setup) -> dict[str, np.ndarray]:
    oracle = oracle_of(setup)
    assert oracle is not None
    return oracle.stages(setup, {"down": np.arange(3.0), "up": np.zeros(3)}, BATCH, {})


def test_it_answers_for_the_stages_that_it_returns(setup) -> None:
    found = stages(setup("exact.py:twice"))
    assert {name: value.tolist() for name, value in found.items()} == {"up": [0.0, 2.0, 4.0]}


def test_a_pair_may_have_none(setup) -> None:
    assert oracle_of(setup(None)) is None


@pytest.mark.parametrize(
    ("oracle", "message"),
    [
        ("exact.py:breaks", r"pair.oracle: exact.py:breaks: raised KeyError: 'absent'"),
        ("exact.py:elsewhere", r"returned down, side; return arrays by the names of stages, which are down, up."),
        ("exact.py:nothing", r"returned None; return arrays by the names of stages"),
        ("exact.py:absent", r"pair.oracle: exact.py:absent: exact.py holds no function 'absent'; it holds breaks, "),
        ("away.py:twice", r"there is no file away.py"),
    ],
)
def test_what_is_wrong_with_it_is_one_sentence(setup, oracle: str, message: str) -> None:
    with pytest.raises(HarnessError, match=message):
        stages(setup(oracle))
