"""The skeleton in docs/adding-a-backend.md does what the page says."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from harness.ports.protocol import Port

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "adding-a-backend.md").read_text()
SKELETON = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1]


@pytest.fixture
def create(tmp_path, monkeypatch):
    (tmp_path / "someones_port.py").write_text(SKELETON)
    monkeypatch.syspath_prepend(tmp_path)
    from someones_port import create

    yield create
    del sys.modules["someones_port"]


def test_it_predicts_and_stitches(create, samples):
    scenario = samples.scenario(2)
    setup = samples.setup(scenario, "float32")
    backend = create(setup)
    patches = backend.predict(samples.batch(scenario))
    assert patches.shape == (3, 64, 64, 4)
    mean, coverage = backend.stitch(np.moveaxis(patches[0], -1, 0), np.zeros((4, 2)), np.ones((64, 64)), 70)
    np.testing.assert_allclose(mean[coverage > 0], setup.object_amplitude, rtol=1e-6)


def test_its_weights_come_back(create, samples):
    backend = create(samples.setup(samples.scenario()))
    weights = samples.lively_weights(backend.setup)
    backend.set_weights(weights)
    assert all(np.array_equal(weights[name], value) for name, value in backend.weights().items())


def test_it_has_all_that_the_protocol_asks_for(create, samples):
    asked = {name for name in (*vars(Port), *Port.__annotations__) if not name.startswith("_")}
    assert asked >= {"capabilities", "contract", "weights", "train"}
    assert asked <= set(dir(create(samples.setup(samples.scenario()))))
