"""Kernels that start from the same numbers are stated: one initialiser for several layers gives each the same."""

import keras
import pytest
import torch
from keras import layers
from torch import nn

from harness.toolkits.keras import device
from harness.toolkits.keras.port import KerasPort
from harness.toolkits.port import ToolkitPort
from harness.toolkits.statement import ALIKE
from harness.toolkits.torch.port import TorchPort
from tests.unit.toolkits.conftest import setup


def torch_port(shared: bool) -> ToolkitPort:
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Conv2d(4, 4, 3), nn.Conv2d(4, 4, 3))
    for module in model if shared else []:
        torch.manual_seed(1)
        module.reset_parameters()
    return TorchPort(model, loss=nn.MSELoss(), optimiser=torch.optim.SGD(model.parameters(), 0.5))


def keras_port(shared: bool) -> ToolkitPort:
    device.prepare(setup())
    one = keras.initializers.GlorotUniform(seed=1)
    convolutions = [layers.Conv2D(4, 3, kernel_initializer=one if shared else "glorot_uniform") for _ in range(3)]
    model = keras.Sequential([keras.Input((16, 16, 1)), *convolutions])
    return KerasPort(model, loss=keras.losses.MeanSquaredError(), optimiser=keras.optimizers.SGD(0.5))


@pytest.mark.parametrize("make", [torch_port, keras_port])
@pytest.mark.parametrize(("shared", "stated"), [(True, 1), (False, None)])
def test_kernels_that_start_alike_are_counted(make: object, shared: bool, stated: int | None) -> None:
    assert callable(make)
    port = make(shared)
    port.bind(setup())
    assert port.contract.options.get(ALIKE) == stated
