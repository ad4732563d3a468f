"""A constant of a model, such as a fixed kernel, keeps the value that the model has; running statistics do not."""

import keras
import numpy as np
import pytest
import torch
from keras import layers
from torch import nn

from harness.toolkits.keras import device
from harness.toolkits.keras.port import KerasPort
from harness.toolkits.port import ToolkitPort
from harness.toolkits.torch.port import TorchPort
from tests.unit.toolkits.conftest import setup

KERNEL = np.array([0.5, -0.25, 2.0])


class Filtered(nn.Module):
    """A factor, a fixed kernel and a running statistic."""

    def __init__(self) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.ones(()))
        self.norm = nn.BatchNorm2d(1)
        self.register_buffer("kernel", torch.tensor(KERNEL))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.factor * self.norm(images) * self.kernel.sum()


class Times(layers.Layer):
    """Multiplies by the sum of a fixed kernel."""

    def build(self, shape: tuple[int, ...]) -> None:
        self.kernel = self.add_weight(
            name="own_kernel", shape=(3,), trainable=False, initializer=lambda *_, **__: keras.ops.array(KERNEL)
        )

    def call(self, images: keras.KerasTensor) -> keras.KerasTensor:
        return images * keras.ops.sum(self.kernel)


def torch_port() -> ToolkitPort:
    model = Filtered()
    return TorchPort(model, loss=nn.MSELoss(), optimiser=torch.optim.SGD(model.parameters(), 0.5))


def keras_port() -> ToolkitPort:
    device.prepare(setup())
    model = keras.Sequential([keras.Input((16, 16, 1)), layers.Conv2D(1, 1), layers.BatchNormalization(), Times()])
    return KerasPort(model, loss=lambda target, output: output**2, optimiser=keras.optimizers.SGD(0.5))


class TimesComplex(layers.Layer):
    """Multiplies by the size of a complex factor, which is not trained."""

    def build(self, shape: tuple[int, ...]) -> None:
        self.factor = self.add_weight(
            name="own_factor",
            shape=(),
            dtype="complex128",
            trainable=False,
            initializer=lambda *_, **__: keras.ops.convert_to_tensor(np.array(0.5 + 0.25j)),
        )

    def call(self, images: keras.KerasTensor) -> keras.KerasTensor:
        return images * keras.ops.cast(keras.ops.absolute(self.factor), images.dtype)


def test_a_complex_constant_of_keras_keeps_its_imaginary_part() -> None:
    device.prepare(setup())
    model = keras.Sequential([keras.Input((16, 16, 1)), layers.Conv2D(1, 1), TimesComplex()])
    port = KerasPort(model, loss=lambda target, output: output**2, optimiser=keras.optimizers.SGD(0.5))
    port.bind(setup())
    (factor,) = port.contract.constants
    assert port.weights()[factor] == 0.5 + 0.25j


@pytest.mark.parametrize("make", [torch_port, keras_port])
def test_a_fixed_kernel_is_not_overwritten_and_a_running_statistic_is(make) -> None:
    port = make()
    port.bind(setup())
    (kernel,) = port.contract.constants
    assert len(port.contract.states) == 2
    port.set_weights({name: np.full(shape, 0.75) for name, shape in port.contract.shapes.items()})
    held = port.weights()
    assert np.array_equal(held.pop(kernel), KERNEL)
    assert all((value == 0.75).all() for value in held.values())
