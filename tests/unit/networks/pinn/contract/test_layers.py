"""Every port states the same of its layers: those of `layers_of`, which hold the ports equal to each other."""

import json

import pytest

from harness.files import read_json

RELU = {
    "kind": "convolution",
    "kernel": [3, 3],
    "stride": [1, 1],
    "padding": [1, 1, 1, 1],
    "dilation": [1, 1],
    "groups": 1,
    "bias": True,
    "activation": "relu",
}
POOL = {"kind": "max_pooling", "kernel": [2, 2], "stride": [2, 2], "padding": [0, 0, 0, 0]}
UP = {"kind": "upsampling", "interpolation": "nearest", "sampled_at": [0.0, 0.0, 1.0, 1.0]}


def layers_of(scenario):
    layers = {}
    for k in range(len(scenario.model.encoder_filters)):
        layers |= {f"encoder.{k}.conv1": RELU, f"encoder.{k}.conv2": RELU, f"encoder.{k}.pool": POOL}
    for decoder, activation in (("amplitude", "sigmoid"), ("phase", "tanh")):
        for k in range(len(scenario.model.decoder_filters)):
            layers |= {f"{decoder}.{k}.conv1": RELU, f"{decoder}.{k}.conv2": RELU, f"{decoder}.{k}.up": UP}
        layers[f"{decoder}.head"] = {**RELU, "activation": activation}
    return layers


@pytest.mark.parametrize("model", [{}, {"probe_big": True, "features": "plain"}, {"encoder_input": "channels"}])
def test_the_contract_states_every_layer_that_was_built(create, samples, tmp_path, model):
    scenario = samples.scenario(2, model=model)
    contract = create(samples.setup(scenario)).contract
    contract.write(tmp_path)
    written = read_json(tmp_path / "contract.json")["layers"]
    assert json.dumps(written) == json.dumps(layers_of(scenario))
