import numpy as np
import torch

from harness.networks.pinn.contract import weight_shapes
from harness.networks.pinn.rules import Rules
from harness.networks.pinn.torch.model import Model
from harness.networks.pinn.torch.weights import from_canonical, to_canonical


def test_layout_is_pytorchs_inside_and_canonical_outside(samples):
    setup = samples.setup(samples.scenario(2, model={"encoder_input": "channels"}), "float32")
    module = Model(setup, torch.device("cpu"), Rules()).network
    weights = samples.lively_weights(setup)
    from_canonical(weights, module)
    kernel = weights["encoder.1.conv1.kernel"]
    assert kernel.shape == (3, 3, 4, 6)
    inside = module.state_dict()["encoder.1.conv1.weight"].numpy()
    assert inside.shape == (6, 4, 3, 3)
    assert inside[5, 2, 0, 1] == kernel[0, 1, 2, 5]
    assert module.encoder[1].conv1.weight.is_contiguous(memory_format=torch.channels_last)


def test_canonical_names_are_those_of_the_network(samples):
    scenario = samples.scenario()
    canonical = to_canonical(Model(samples.setup(scenario), torch.device("cpu"), Rules()).network)
    assert {name: value.shape for name, value in canonical.items()} == weight_shapes(scenario)
    assert all(value.dtype == np.float64 and value.flags.c_contiguous for value in canonical.values())
