"""Taps on a function of the user, on what a layer takes, on one of several outputs: each shows and replaces a value."""

from typing import Any

import keras
import numpy as np
import pytest
import torch
from keras import layers
from torch import nn

from harness.errors import HarnessError
from harness.ports.protocol import Batch
from harness.toolkits.keras import device
from harness.toolkits.keras.port import KerasPort
from harness.toolkits.port import ToolkitPort
from harness.toolkits.torch.port import TorchPort
from tests.unit.toolkits.both import scaling
from tests.unit.toolkits.conftest import setup

TAPS = {"doubled": f"{scaling.__name__}:doubled", "taken": "head.input", "second": "arms[1]"}


class TorchArms(nn.Module):
    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return images + 1, images * 3


class TorchModel(nn.Module):
    """Twice the images, in two arms, the second of which is the output."""

    def __init__(self) -> None:
        super().__init__()
        self.arms, self.head = TorchArms(), nn.Conv2d(1, 1, 1)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.head(self.arms(scaling.doubled(images))[1])


class KerasArms(layers.Layer):
    def call(self, images: Any) -> tuple[Any, Any]:
        return images + 1, images * 3


class KerasModel(keras.Model):
    """As `TorchModel`."""

    def __init__(self) -> None:
        super().__init__()
        self.arms, self.head = KerasArms(name="arms"), layers.Conv2D(1, 1, name="head")

    def call(self, images: Any) -> Any:
        return self.head(self.arms(scaling.doubled(images))[1])


def torch_port(taps: dict[str, Any], **more: Any) -> ToolkitPort:
    model = TorchModel()
    port = TorchPort(model, loss=nn.MSELoss(), optimiser=torch.optim.SGD(model.parameters(), 0.5), taps=taps, **more)
    port.bind(setup())
    return port


def keras_port(taps: dict[str, Any], **more: Any) -> ToolkitPort:
    device.prepare(setup())
    loss, optimiser = (lambda target, output: output**2), keras.optimizers.SGD(0.5)
    port = KerasPort(KerasModel(), loss=loss, optimiser=optimiser, taps=taps, **more)
    port.bind(setup())
    return port


def functional_port(taps: dict[str, Any], **more: Any) -> ToolkitPort:
    device.prepare(setup())
    images = keras.Input((16, 16, 1))
    doubled = layers.Lambda(lambda images: scaling.doubled(images), name="scale")(images)
    output = layers.Conv2D(1, 1, name="head")(KerasArms(name="arms")(doubled)[1])
    loss, optimiser = (lambda target, output: output**2), keras.optimizers.SGD(0.5)
    port = KerasPort(keras.Model(images, output), loss=loss, optimiser=optimiser, taps=taps, **more)
    port.bind(setup())
    return port


PORTS = pytest.mark.parametrize("make", [torch_port, keras_port, functional_port])


@PORTS
def test_each_tap_is_a_stage_with_the_value_that_passes_there(make, batch: Batch) -> None:
    port = make(TAPS)
    stages, images = port.stages(batch), batch.amplitude / 2.0
    assert set(TAPS) <= {stage.name for stage in port.contract.stages}
    assert np.allclose(stages["doubled"], 2 * images, rtol=1e-12)
    assert np.allclose(stages["second"], 6 * images, rtol=1e-12)
    assert np.allclose(stages["taken"], 6 * images, rtol=1e-12)


@PORTS
def test_a_stage_says_where_the_users_own_code_computes_it(make) -> None:
    places = {stage.name: stage.source for stage in make(TAPS).contract.stages}
    assert str(places["doubled"]).endswith("both/scaling.py:6")
    assert places["second"] == "arms"
    assert places[next(name for name in places if name.endswith("head"))] == ""


@PORTS
@pytest.mark.parametrize(("tap", "factor"), [("doubled", 3.0), ("second", 1.0), ("taken", 1.0)])
def test_a_value_that_is_given_at_a_tap_goes_on_from_there(make, tap: str, factor: float, batch: Batch) -> None:
    port = make({tap: TAPS[tap]})
    port.set_weights({name: np.ones(shape) for name, shape in port.contract.shapes.items()})
    given = np.full_like(batch.amplitude, 0.25)
    head = next(stage.name for stage in port.contract.stages if stage.name.endswith("head"))
    assert np.allclose(port.stage(head, {tap: given}, batch), factor * given + 1, rtol=1e-12)


def hooks(model: Any) -> int:
    """How many hooks and replaced calls a model has."""
    if isinstance(model, nn.Module):
        return sum(len(module._forward_hooks) + len(module._forward_pre_hooks) for module in model.modules())
    return sum("call" in vars(layer) for layer in model._flatten_layers())


@PORTS
def test_nothing_stays_behind(make, batch: Batch) -> None:
    plain = scaling.doubled
    port = make(TAPS)
    before = hooks(port.model)
    port.stages(batch)
    assert scaling.doubled is plain
    assert hooks(port.model) == before == 0


@PORTS
@pytest.mark.parametrize("where", ["decoder.up", "decoder.input"])
def test_a_path_that_the_model_does_not_have_is_an_error(make, where: str) -> None:
    with pytest.raises(HarnessError, match=r"taps: the model has no (module|layer) decoder.*; it has .*head"):
        make({"up": where})


@PORTS
def test_a_function_that_is_not_there_is_an_error(make) -> None:
    with pytest.raises(HarnessError, match="is not there"):
        make({"up": f"{scaling.__name__}:tripled"})


LAID_OUT = [
    (torch_port, "b c h w -> b w h c"),
    (keras_port, "b h w c -> b w h c"),
    (functional_port, "b h w c -> b w h c"),
]


@pytest.mark.parametrize(("make", "layout"), LAID_OUT)
def test_a_tap_says_how_its_axes_go_to_those_of_a_stage(make, layout: str, batch: Batch) -> None:
    port = make({"turned": (TAPS["doubled"], layout)})
    port.set_weights({name: np.ones(shape) for name, shape in port.contract.shapes.items()})
    turned = np.swapaxes(batch.amplitude, 1, 2)
    assert np.allclose(port.stages(batch)["turned"], turned, rtol=1e-12)
    head = next(stage.name for stage in port.contract.stages if stage.name.endswith("head"))
    given = np.arange(turned.size, dtype=float).reshape(turned.shape)
    assert np.allclose(port.stage(head, {"turned": given}, batch), 3 * np.swapaxes(given, 1, 2) + 1, rtol=1e-12)


@PORTS
def test_the_slope_is_measured_at_a_tap_that_is_named(make, batch: Batch) -> None:
    port = make({"doubled": TAPS["doubled"]}, slope_at="doubled")
    port.set_weights({name: np.ones(shape) for name, shape in port.contract.shapes.items()})
    given = np.full_like(batch.amplitude, 0.25)
    target = batch.amplitude / 2.0 if make is torch_port else 0.0  # the loss of Keras' ports takes no target
    expected = 2 * (3 * given + 1 - target) * 3 / given.size
    [(name, slope)] = port.slope({"doubled": given}, batch).items()
    assert name == "doubled"
    assert np.allclose(slope, expected, rtol=1e-12)
