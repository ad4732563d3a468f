"""Canonical weights go in and come out unchanged; what does not fit is refused."""

import numpy as np
import pytest

from harness.errors import HarnessError
from harness.networks.pinn.contract import weight_shapes
from harness.networks.pinn.start import initial_weights


@pytest.mark.parametrize("model", [{}, {"probe_big": True}, {"features": "plain"}, {"encoder_input": "channels"}])
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_weights_come_out_as_they_went_in(create, samples, model, precision):
    scenario = samples.scenario(2, model=model)
    backend = create(samples.setup(scenario, precision))
    generator = np.random.default_rng(3)
    weights = {name: generator.normal(size=shape) for name, shape in weight_shapes(scenario).items()}
    weights = {name: np.asarray(value).astype(precision).astype("float64") for name, value in weights.items()}
    backend.set_weights(weights)
    returned = backend.weights()
    assert set(returned) == set(weights)
    for name, value in weights.items():
        assert returned[name].dtype == np.float64
        assert returned[name].shape == value.shape
        np.testing.assert_array_equal(returned[name], value, err_msg=name)


def test_a_new_backend_holds_the_initial_weights(create, samples):
    setup = samples.setup(samples.scenario(), "float32")
    held = create(setup).weights()
    for name, value in initial_weights(setup.scenario, setup.intensity_scale).items():
        np.testing.assert_array_equal(held[name], value, err_msg=name)


def test_weights_are_a_copy(create, samples):
    backend = create(samples.setup(samples.scenario()))
    backend.weights()["phase.head.bias"] += 1
    assert not np.any(backend.weights()["phase.head.bias"])


def broken(weights, how):
    if how == "missing":
        del weights["phase.0.conv2.bias"]
    elif how == "unknown":
        weights["phase.9.conv2.bias"] = np.zeros(3)
    else:
        weights["encoder.1.conv1.kernel"] = weights["encoder.1.conv1.kernel"].transpose(3, 2, 0, 1)
    return weights


@pytest.mark.parametrize(
    ("how", "named"),
    [("missing", "phase.0.conv2.bias"), ("unknown", "phase.9.conv2.bias"), ("misshapen", "encoder.1.conv1.kernel")],
)
def test_weights_that_do_not_fit_are_refused(create, samples, how, named):
    backend = create(samples.setup(samples.scenario()))
    with pytest.raises(HarnessError, match=named):
        backend.set_weights(broken(backend.weights(), how))
