"""Gradients: the likelihood's against the analytic one, and finite where a root could break them."""

import numpy as np
import pytest
import torch

from harness.networks.pinn.rules import Rules
from harness.networks.pinn.torch import loss
from harness.networks.pinn.torch.model import Model
from harness.networks.pinn.torch.weights import from_canonical
from harness.physics import likelihood
from harness.physics.merge import merging
from harness.physics.probe import model_probe


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("gridsize", [1, 2])
def test_poisson_gradient_by_the_patches(samples, gridsize, masked):
    scenario = samples.scenario(gridsize, masked=masked)
    setup, batch = samples.setup(scenario), samples.batch(scenario)
    model = Model(setup, torch.device("cpu"), Rules())
    generator, shape = np.random.default_rng(1), batch.amplitude.shape
    values = generator.uniform(0.5, 1.5, shape) * np.exp(1j * generator.normal(size=shape))
    patches = torch.from_numpy(values).movedim(-1, 1).requires_grad_()
    log_scale = float(np.log(setup.intensity_scale))
    stages = model(batch, known={"object_patches": patches})
    stages["intensity"] = stages["power"] * np.exp(2 * log_scale)
    poisson = loss.poisson(stages, setup.nphotons, Rules())
    (gradient,) = torch.autograd.grad(poisson, patches)
    merge = merging(scenario.dataset.N, setup.padded_size, gridsize, object_big=True, probe_big=False)
    wanted = likelihood.poisson_gradient(
        values,
        batch.relative,
        model_probe(setup.probe, masked),
        log_scale,
        merge,
        batch.amplitude**2,
        setup.nphotons,
    )
    np.testing.assert_allclose(gradient.movedim(1, -1).numpy(), wanted, rtol=0, atol=1e-12 * np.abs(wanted).max())


def test_gradients_are_finite_where_nothing_is():
    patches = torch.zeros(1, 1, 8, 8, dtype=torch.complex64, requires_grad=True)
    diffraction = patches.real.square() + patches.imag.square()
    stages = {"intensity": diffraction, "measured": torch.ones(1, 1, 8, 8), "object_patches": patches}
    torch.autograd.backward(sum(term(stages, 10.0, Rules()) for term in loss.TERMS.values()))
    assert torch.isfinite(torch.view_as_real(patches.grad)).all()


@pytest.mark.parametrize("trainable", [True, False])
def test_every_trainable_parameter_gets_a_gradient(samples, trainable):
    scenario = samples.scenario(2, model={"scale_trainable": trainable})
    model = Model(samples.setup(scenario, "float32"), torch.device("cpu"), Rules())
    torch.autograd.backward(model.losses(samples.batch(scenario))["loss"])
    without = [name for name, parameter in model.network.named_parameters() if parameter.grad is None]
    assert without == ([] if trainable else ["log_scale"])


@pytest.mark.parametrize("name", ["log_scale", "encoder.0.conv1.bias", "amplitude.head.weight", "phase.0.conv2.weight"])
def test_gradient_by_the_weights_is_the_slope_of_the_loss(samples, name):
    scenario = samples.scenario(2, loss={"poisson": 1.0, "amplitude_mae": 0.5, "total_variation": 0.1})
    setup = samples.setup(scenario)
    model, batch = Model(setup, torch.device("cpu"), Rules()), samples.batch(scenario)
    from_canonical(samples.lively_weights(setup), model.network)
    parameter = model.network.get_parameter(name)
    direction = torch.from_numpy(np.random.default_rng(2).normal(size=parameter.shape))
    (gradient,) = torch.autograd.grad(model.losses(batch)["loss"], parameter)
    step = 1e-7
    values = []
    for sign in (1, -1):
        with torch.no_grad():
            parameter += sign * step * direction
            values.append(model.losses(batch)["loss"].item())
            parameter -= sign * step * direction
    slope = (values[0] - values[1]) / (2 * step)
    assert (gradient * direction).sum().item() == pytest.approx(slope, rel=1e-5)
