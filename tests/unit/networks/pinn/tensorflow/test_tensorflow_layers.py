"""The contract states what the layers do: another layer shows in it."""

import keras
import pytest

from harness.faults import catalogue, injection
from harness.networks import registry


def instead(monkeypatch, name, **other):
    """Let every layer of a class be built with other arguments."""
    original = getattr(keras.layers, name)
    monkeypatch.setattr(keras.layers, name, lambda *args, **more: original(*args, **{**more, **other}))


@pytest.mark.parametrize(
    ("layer", "other", "name", "stated"),
    [
        ("Conv2D", {"activation": "leaky_relu"}, "encoder.0.conv1", {"activation": "leaky_relu"}),
        ("Conv2D", {"activation": "relu"}, "phase.head", {"activation": "relu, tanh"}),
        ("Conv2D", {"strides": 2}, "encoder.0.conv1", {"stride": [2, 2], "padding": [0, 1, 0, 1]}),
        ("Conv2D", {"dilation_rate": 2}, "phase.head", {"dilation": [2, 2], "padding": [2, 2, 2, 2]}),
        ("Conv2D", {"padding": "valid"}, "phase.head", {"padding": [0, 0, 0, 0]}),
        ("MaxPooling2D", {"strides": 1}, "encoder.1.pool", {"stride": [1, 1]}),
        (
            "UpSampling2D",
            {"interpolation": "bilinear"},
            "phase.0.up",
            {"interpolation": "bilinear", "sampled_at": [0.0, 0.25, 0.75, 1.0]},
        ),
    ],
)
def test_another_setting_shows(samples, monkeypatch, layer, other, name, stated):
    instead(monkeypatch, layer, **other)
    found = registry.create("tensorflow", samples.setup(samples.scenario())).contract.layers[name]
    assert {key: found[key] for key in stated} == stated


@pytest.mark.parametrize(
    ("fault", "layer", "stated"),
    [
        ("model.average-pooling", "encoder.0.pool", {"kind": "average_pooling"}),
        ("model.bilinear-upsampling", "phase.0.up", {"interpolation": "bilinear"}),
    ],
)
def test_a_fault_of_the_library_shows(samples, fault, layer, stated):
    with injection.injected(catalogue.named(fault).port("tensorflow")):
        found = registry.create("tensorflow", samples.setup(samples.scenario())).contract.layers[layer]
    assert {name: found[name] for name in stated} == stated
