"""What optimisers of both frameworks say of themselves: what changes a step, and only where it is in force."""

from dataclasses import dataclass
from typing import Any, ClassVar

import keras
import numpy as np
import pytest
import torch

from harness.ports.contract import OPTIMISER_OPTIONS, Value
from harness.ports.protocol import RESUME, Batch
from harness.toolkits.keras import device
from harness.toolkits.keras import optimisers as of_keras
from harness.toolkits.keras.port import KerasPort
from harness.toolkits.torch import optimisers as of_torch
from harness.toolkits.torch.port import TorchPort
from tests.unit.toolkits.conftest import SIZE, setup

AVERAGE = {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": None}


@dataclass
class OneBatch:
    """The same batch again and again, each time an epoch."""

    only: Batch
    epochs: ClassVar[int] = 3
    steps_per_epoch: ClassVar[int] = 1

    def batch(self, step: int) -> Batch:
        return self.only


@pytest.fixture(autouse=True)
def prepared() -> None:
    """TensorFlow is set up before its first tensor, which an optimiser holds."""
    device.prepare(setup())


def stated(kind: str, **settings: Any) -> tuple[dict[str, Value], dict[str, Value]]:
    """What both frameworks say of an optimiser."""
    mine = getattr(keras.optimizers, kind)(1e-3, **settings)
    theirs = getattr(torch.optim, kind)([torch.nn.Parameter(torch.zeros(1))], 1e-3, **settings)
    return of_keras.options(mine), of_torch.options(theirs)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"clipnorm": 1.0}, {"clipnorm": 1.0}),
        ({"global_clipnorm": 0.5}, {"global_clipnorm": 0.5}),
        ({"clipvalue": 0.25}, {"clipvalue": 0.25}),
        ({"clipvalue": 0.0}, {}),
        ({"gradient_accumulation_steps": 2}, {"gradient_accumulation_steps": 2}),
        ({"use_ema": True, "ema_momentum": 0.5}, AVERAGE),
        ({"use_ema": False, "ema_momentum": 0.5}, {}),
    ],
    ids=str,
)
def test_keras_says_what_it_does_to_any_step(settings: dict[str, Any], expected: dict[str, Value]) -> None:
    plain, changed = (of_keras.options(keras.optimizers.SGD(1e-3, **more)) for more in ({}, settings))
    assert changed == plain | expected


@pytest.mark.parametrize(("kind", "decoupled"), [("Adam", False), ("AdamW", True), ("SGD", False), ("RMSprop", False)])
def test_a_decay_of_weights_says_whether_it_goes_through_the_gradient(kind: str, decoupled: bool) -> None:
    mine, theirs = stated(kind, weight_decay=0.25)
    assert mine["weight_decay"] == theirs["weight_decay"] == 0.25
    assert (mine["decoupled_weight_decay"], theirs["decoupled_weight_decay"]) == (True, decoupled)
    assert not any("decoupled_weight_decay" in one for one in stated(kind, weight_decay=0.0))


@pytest.mark.parametrize("kind", ["Adam", "AdamW", "SGD", "RMSprop"])
def test_every_name_is_one_that_a_declaration_may_excuse_a_step_by(kind: str) -> None:
    names = {name for one in stated(kind, weight_decay=0.25) for name in one}
    averaged = of_keras.options(keras.optimizers.SGD(1e-3, clipnorm=1.0, gradient_accumulation_steps=2, use_ema=True))
    assert names | averaged.keys() <= {*OPTIMISER_OPTIONS}


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"loss_scale_factor": 1024.0},
        {"use_ema": True, "ema_momentum": 0.5},
        {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 2},
        {"gradient_accumulation_steps": 2},
        {"global_clipnorm": 1e-3},
        {"weight_decay": 0.25},
    ],
    ids=str,
)
def test_a_keras_port_trains_as_the_fit_of_keras_does(settings: dict[str, Any], batch: Batch) -> None:
    model = keras.Sequential([keras.Input((SIZE, SIZE, 1)), keras.layers.Conv2D(1, 1)])
    optimisers = [keras.optimizers.SGD(0.125, **settings) for _ in range(2)]
    port = KerasPort(model, loss=keras.losses.mean_squared_error, optimiser=optimisers[0])
    port.bind(setup())
    start = port.weights()
    port.train(OneBatch(batch), lambda report: None)
    trained = port.weights()
    port.set_weights(start)
    model.compile(optimizer=optimisers[1], loss="mse")
    images = batch.amplitude / setup().intensity_scale
    model.fit(images, images, batch_size=len(images), epochs=OneBatch.epochs, verbose=0)
    for name, value in port.weights().items():
        np.testing.assert_allclose(trained[name], value, rtol=1e-12)
        assert (value != start[name]).all()


def test_what_was_read_of_an_optimiser_is_not_moved_by_its_next_step(batch: Batch) -> None:
    model = torch.nn.Conv2d(1, 1, 1)
    port = TorchPort(model, loss=torch.nn.functional.mse_loss, optimiser=torch.optim.Adam(model.parameters(), 0.125))
    port.bind(setup())
    read: list[dict[str, Any]] = []
    port.train(OneBatch(batch), lambda report: read.append(port.optimiser_state()))
    assert all((read[0][name] != value).all() for name, value in read[1].items())


def torch_port(kind: str, schedule: bool = False, **settings: Any) -> TorchPort:
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Conv2d(1, 3, 3, padding=1), torch.nn.Conv2d(3, 1, 3, padding=1))
    model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = getattr(torch.optim, kind)(model.parameters(), 0.0625, **settings)
    falling = torch.optim.lr_scheduler.ExponentialLR(optimiser, 0.5) if schedule else None
    port = TorchPort(model, loss=torch.nn.functional.mse_loss, optimiser=optimiser, schedule=falling)
    port.bind(setup())
    return port


def keras_port(kind: str, schedule: bool = False, **settings: Any) -> KerasPort:
    keras.utils.set_random_seed(0)
    convolutions = [keras.layers.Conv2D(width, 3, padding="same", name=f"of_{width}") for width in (3, 1)]
    model = keras.Sequential([keras.Input((SIZE, SIZE, 1)), *convolutions])
    rate = keras.optimizers.schedules.ExponentialDecay(0.0625, 1, 0.5) if schedule else 0.0625
    optimiser = getattr(keras.optimizers, kind)(rate, **settings)
    port = KerasPort(model, loss=keras.losses.mean_squared_error, optimiser=optimiser)
    port.bind(setup())
    return port


@pytest.mark.parametrize("make", [torch_port, keras_port])
@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("Adam", {}),
        ("Adam", {"schedule": True}),
        ("AdamW", {"weight_decay": 0.25}),
        ("RMSprop", {}),
        ("SGD", {}),
        ("SGD", {"momentum": 0.5}),
        ("SGD", {"momentum": 0.5, "nesterov": True, "schedule": True}),
    ],
    ids=str,
)
def test_a_fresh_port_goes_on_where_another_stopped(make: Any, kind: str, settings: Any, batch: Batch) -> None:
    """With the optimiser's state, its count of steps and the rate of its schedule."""
    whole, again, source = make(kind, **settings), make(kind, **settings), OneBatch(batch)
    saved: dict[int, Any] = {}
    whole.train(source, lambda report: saved.setdefault(report.step, (whole.weights(), whole.optimiser_state())))
    again.set_weights(saved[1][0])
    reported: list[int] = []
    again.resume(saved[1][1], 1, source, lambda report: reported.append(report.step))
    assert reported == [2, 3]
    for name, value in saved[3][0].items():
        np.testing.assert_allclose(again.weights()[name], value, rtol=1e-13)
    for name, value in saved[3][1].items():
        np.testing.assert_allclose(again.optimiser_state()[name], value, rtol=1e-12)


def test_a_fused_optimiser_gets_state_in_the_strides_of_its_parameters(batch: Batch) -> None:
    """A channels-last kernel and a contiguous moment are stepped through as if both lay alike."""
    test_a_fresh_port_goes_on_where_another_stopped(torch_port, "Adam", {"fused": True}, batch)


@pytest.mark.parametrize(
    ("make", "kind", "settings"),
    [
        (torch_port, "Adam", {"amsgrad": True}),
        (torch_port, "RMSprop", {"momentum": 0.5}),
        (torch_port, "NAdam", {}),
        (keras_port, "Adam", {"amsgrad": True}),
        (keras_port, "SGD", {"use_ema": True}),
        (keras_port, "SGD", {"gradient_accumulation_steps": 2}),
        (keras_port, "RMSprop", {"centered": True}),
        (keras_port, "Nadam", {}),
    ],
    ids=str,
)
def test_what_remembers_more_than_is_told_claims_no_resumption(make: Any, kind: str, settings: Any) -> None:
    assert RESUME not in make(kind, **settings).capabilities
    assert RESUME in make("Adam").capabilities
