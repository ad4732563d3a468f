"""The contract states what the modules do: another module shows in it."""

import pytest
from torch import nn

from harness.faults import catalogue, injection
from harness.networks import registry


def instead(monkeypatch, name, **other):
    """Let every module of a class be built with other arguments."""
    original = getattr(nn, name)
    monkeypatch.setattr(nn, name, lambda *args, **more: original(*args, **{**more, **other}))


@pytest.mark.parametrize(
    ("module", "other", "layer", "stated"),
    [
        ("Conv2d", {"stride": 2}, "encoder.0.conv1", {"stride": [2, 2]}),
        ("Conv2d", {"dilation": 2, "padding": 2}, "phase.head", {"dilation": [2, 2], "padding": [2, 2, 2, 2]}),
        ("Conv2d", {"padding": "same"}, "phase.head", {"padding": "same"}),
        ("Conv2d", {"padding_mode": "reflect"}, "phase.head", {"padding": "reflect (1, 1)"}),
        ("MaxPool2d", {"stride": 1}, "encoder.1.pool", {"stride": [1, 1]}),
        ("Upsample", {"mode": "bilinear"}, "phase.0.up", {"sampled_at": [0.0, 0.25, 0.75, 1.0]}),
        (
            "Upsample",
            {"mode": "bilinear", "align_corners": True},
            "amplitude.0.up",
            {"interpolation": "bilinear", "sampled_at": [0.0, 0.333333, 0.666667, 1.0]},
        ),
    ],
)
def test_another_setting_shows(samples, monkeypatch, module, other, layer, stated):
    instead(monkeypatch, module, **other)
    found = registry.create("torch", samples.setup(samples.scenario())).contract.layers[layer]
    assert {name: found[name] for name in stated} == stated


def test_another_activation_shows(samples, monkeypatch):
    monkeypatch.setattr(nn, "ReLU", lambda inplace: nn.LeakyReLU(0.1))
    layers = registry.create("torch", samples.setup(samples.scenario())).contract.layers
    assert layers["encoder.0.conv1"]["activation"] == "leakyrelu"
    assert layers["phase.head"]["activation"] == "tanh"


@pytest.mark.parametrize(
    ("fault", "layer", "stated"),
    [
        ("model.average-pooling", "encoder.0.pool", {"kind": "average_pooling"}),
        ("model.bilinear-upsampling", "phase.0.up", {"interpolation": "bilinear"}),
    ],
)
def test_a_fault_of_the_library_shows(samples, fault, layer, stated):
    with injection.injected(catalogue.named(fault).port("torch")):
        found = registry.create("torch", samples.setup(samples.scenario())).contract.layers[layer]
    assert {name: found[name] for name in stated} == stated
