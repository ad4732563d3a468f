"""From the input to the object patches, every stage against the same network written plainly in NumPy."""

from typing import Any

import numpy as np
import pytest

from harness.networks.pinn.rules import Rules

CASES: dict[str, dict[str, Any]] = {
    "plain": {"model": {"features": "plain"}},
    "log_autocorrelation": {},
    "probe_big": {"model": {"probe_big": True}},
    "mean border": {"masked": True, "model": {"border": "mean", "amplitude_limit": 3.0}},
    "gridsize 2, shared": {"gridsize": 2},
    "gridsize 2, channels": {"gridsize": 2, "model": {"encoder_input": "channels", "border": "mean"}},
}


def convolve(images, weights, name):
    kernel, side = weights[f"{name}.kernel"], images.shape[1]
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    shifted = [padded[:, i : i + side, j : j + side] @ kernel[i, j] for i in range(3) for j in range(3)]
    return sum(shifted) + weights[f"{name}.bias"]


def level(images, weights, name):
    for convolution in ("conv1", "conv2"):
        images = np.maximum(convolve(images, weights, f"{name}.{convolution}"), 0)
    return images


def features(X, plain):
    if plain:
        return X
    intensity = np.fft.ifftshift(X**2, axes=(1, 2))
    correlation = np.fft.fftshift(np.fft.ifft2(intensity, axes=(1, 2), norm="ortho"), axes=(1, 2)).real
    return np.concatenate([np.log1p(X), correlation / Rules().autocorrelation_divisor], axis=-1)


def decoded(images, weights, name, levels, shape):
    for k in range(levels):
        images = level(images, weights, f"{name}.{k}").repeat(2, axis=1).repeat(2, axis=2)
    images = convolve(images, weights, f"{name}.head")
    B, C = shape[0], shape[-1]
    if images.shape[-1] == 1:
        images = images.reshape(B, C, *images.shape[1:3]).transpose(0, 2, 3, 1)
    return images


def plain_network(setup, weights, batch):
    model = setup.scenario.model
    X = batch.amplitude / np.exp(weights["log_scale"])
    images = X if model.encoder_input == "channels" else X.transpose(0, 3, 1, 2).reshape(-1, *X.shape[1:3], 1)
    images, stages = features(images, model.features == "plain"), {"input": X}
    for k in range(len(model.encoder_filters)):
        full = level(images, weights, f"encoder.{k}")
        quarters = full.reshape(len(full), full.shape[1] // 2, 2, full.shape[2] // 2, 2, -1)
        images = stages[f"encoder.{k}"] = quarters.max(axis=(2, 4))
    levels = len(model.decoder_filters)
    amplitude = decoded(images, weights, "amplitude", levels, X.shape)
    phase = np.pi * np.tanh(decoded(images, weights, "phase", levels, X.shape))
    amplitude = setup.object_amplitude * model.amplitude_limit / (1 + np.exp(-amplitude))
    patches = amplitude * np.exp(1j * phase)
    margin = (X.shape[1] - patches.shape[1]) // 2
    bordered = np.zeros(X.shape, complex) + (patches.mean((1, 2), keepdims=True) if model.border == "mean" else 0)
    bordered[:, margin : X.shape[1] - margin, margin : X.shape[1] - margin] = patches
    return stages | {"amplitude_head": amplitude, "phase_head": phase, "object_patches": bordered}


@pytest.mark.parametrize(("precision", "limit"), [("float64", 1e-12), ("float32", 1e-5)])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_network_matches_plain_numpy(shared, samples, case, precision, limit):
    scenario = samples.scenario(**case)
    setup, batch = samples.setup(scenario, precision), samples.batch(scenario)
    stages, weights = shared(setup).stages(batch), samples.lively_weights(setup)
    for name, wanted in plain_network(setup, weights, batch).items():
        assert stages[name].shape == wanted.shape, name
        assert np.ptp(wanted) > 0.1 * np.abs(wanted).max(), f"{name} is too flat to tell anything"
        assert np.abs(stages[name] - wanted).max() < limit * np.abs(wanted).max(), name


@pytest.mark.parametrize("limit", [0.8, 2.0, 5.0])
def test_amplitude_starts_within_reach_of_the_data(create, samples, limit):
    scenario = samples.scenario(model={"amplitude_limit": limit})
    setup = samples.setup(scenario)
    amplitude = create(setup).stages(samples.batch(scenario))["amplitude_head"]
    assert amplitude.mean() / setup.object_amplitude == pytest.approx(min(1.0, limit / 2), rel=0.2)


@pytest.mark.parametrize("encoder_input", ["shared", "channels"])
def test_groups_do_not_know_of_each_other(shared, samples, encoder_input):
    scenario = samples.scenario(2, model={"encoder_input": encoder_input})
    setup, batch = samples.setup(scenario), samples.batch(scenario, groups=3)
    backend = shared(setup)
    before = backend.stages(batch)
    batch.amplitude[1] *= 1.5
    batch.relative[1] += 0.25
    after = backend.stages(batch)
    for name in before:
        old, new = (stages[name].reshape(3, -1) for stages in (before, after))
        np.testing.assert_array_equal(new[[0, 2]], old[[0, 2]], err_msg=name)
        assert np.any(new[1] != old[1]), name


@pytest.mark.parametrize("gridsize", [1, 2])
def test_stages_do_not_depend_on_the_size_of_the_batch(shared, samples, gridsize):
    scenario = samples.scenario(gridsize)
    setup, batch = samples.setup(scenario), samples.batch(scenario, groups=18)
    backend = shared(setup)
    many = backend.stages(batch)
    one = backend.stages(type(batch)(batch.amplitude[4:5], batch.relative[4:5]))
    for name, single in one.items():
        wanted = many[name].reshape(18, *single.shape)[4]
        np.testing.assert_allclose(single, wanted, rtol=0, atol=1e-13 * np.abs(wanted).max(), err_msg=name)
