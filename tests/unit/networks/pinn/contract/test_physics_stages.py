"""From the object patches on, every stage and every term against the NumPy oracle."""

from typing import Any

import numpy as np
import pytest

from harness.networks.pinn.contract import PHYSICS_STAGES, loss_terms, stage_names
from harness.physics import forward, likelihood
from harness.physics.merge import merging
from harness.physics.probe import model_probe

CASES: dict[str, dict[str, Any]] = {
    "gridsize 1": {},
    "gridsize 1, masked probe, mean border": {"masked": True, "model": {"border": "mean", "amplitude_limit": 3.0}},
    "gridsize 1, probe_big": {"model": {"probe_big": True}},
    "gridsize 1, N 128": {"N": 128},
    "gridsize 2": {"gridsize": 2},
    "gridsize 2, channels, mean border": {"gridsize": 2, "model": {"encoder_input": "channels", "border": "mean"}},
    "gridsize 2, probe_big": {"gridsize": 2, "model": {"probe_big": True}},
    "gridsize 2, not merged": {"gridsize": 2, "model": {"object_big": False}},
}
ALL_TERMS = {"poisson": 1.0, "amplitude_mae": 0.3, "total_variation": 0.02}


def expected(setup, weights, patches, batch):
    scenario = setup.scenario
    model = scenario.model
    merge = merging(
        scenario.dataset.N, setup.padded_size, scenario.grouping.gridsize, model.object_big, model.probe_big
    )
    probe = model_probe(setup.probe, scenario.dataset.probe.mask)
    return forward.forward_stages(patches, batch.relative, probe, float(weights["log_scale"]), merge)


def far(actual, wanted):
    return np.abs(actual - wanted).max() / np.abs(wanted).max()


@pytest.mark.parametrize(("precision", "limit"), [("float64", 1e-12), ("float32", 1e-6)])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_stages_match_the_oracle(shared, samples, case, precision, limit):
    scenario = samples.scenario(**case)
    setup, batch = samples.setup(scenario, precision), samples.batch(scenario)
    stages, weights = shared(setup).stages(batch), samples.lively_weights(setup)
    assert tuple(stages) == stage_names(scenario)
    for name, wanted in expected(setup, weights, stages["object_patches"], batch).items():
        assert stages[name].shape == wanted.shape, name
        assert far(stages[name], wanted) < limit, name


@pytest.mark.parametrize(("precision", "limit"), [("float64", 1e-12), ("float32", 1e-6)])
@pytest.mark.parametrize("gridsize", [1, 2])
def test_losses_match_the_oracle(shared, samples, gridsize, precision, limit):
    scenario = samples.scenario(gridsize, loss=ALL_TERMS)
    setup, batch = samples.setup(scenario, precision), samples.batch(scenario)
    backend, weights = shared(setup), samples.lively_weights(setup)
    stages = expected(setup, weights, backend.stages(batch)["object_patches"], batch)
    wanted = likelihood.loss_terms(stages, batch.amplitude, setup.nphotons, loss_terms(scenario.loss))
    losses = backend.losses(batch)
    assert list(losses) == list(wanted) == ["loss", *ALL_TERMS]
    for name, value in wanted.items():
        assert losses[name] == pytest.approx(value, rel=limit), name


def test_terms_of_no_weight_are_not_reported(create, samples):
    scenario = samples.scenario(loss={"poisson": 0.0, "amplitude_mae": 1.0})
    losses = create(samples.setup(scenario)).losses(samples.batch(scenario))
    assert list(losses) == ["loss", "amplitude_mae"]


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_arrays_have_the_working_precision(shared, samples, precision):
    scenario = samples.scenario(2)
    stages = shared(samples.setup(scenario, precision)).stages(samples.batch(scenario))
    complex_type = {"float32": "complex64", "float64": "complex128"}[precision]
    complex_stages = PHYSICS_STAGES[:4]
    for name, array in stages.items():
        assert array.dtype == (complex_type if name in complex_stages else precision), name


@pytest.mark.parametrize("gridsize", [1, 2])
def test_predict_is_the_stage_object_patches(shared, samples, gridsize):
    scenario = samples.scenario(gridsize)
    setup, batch = samples.setup(scenario), samples.batch(scenario)
    backend = shared(setup)
    np.testing.assert_array_equal(backend.predict(batch), backend.stages(batch)["object_patches"])
