"""What optimisers of both frameworks say of themselves: what changes a step, and only where it is in force."""

from typing import Any

import keras
import pytest
import torch

from harness.ports.contract import OPTIMISER_OPTIONS, Value
from harness.toolkits.keras import optimisers as of_keras
from harness.toolkits.torch import optimisers as of_torch

AVERAGE = {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": None}


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
