"""The state and the constants of PyTorch's optimisers under the names that both sides use."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from harness.arrays import Array, Weights
from harness.ports.contract import Value

SLOTS = {
    "exp_avg": "first_moment",
    "exp_avg_sq": "second_moment",
    "momentum_buffer": "momentum",
    "square_avg": "second_moment",
}
"""PyTorch's name of what is kept for a parameter, and the name on both sides."""
KEPT = {
    torch.optim.Adam: ("first_moment", "second_moment"),
    torch.optim.AdamW: ("first_moment", "second_moment"),
    torch.optim.RMSprop: ("second_moment",),
}
_KEYS = {
    torch.optim.Adam: ("exp_avg", "exp_avg_sq"),
    torch.optim.AdamW: ("exp_avg", "exp_avg_sq"),
    torch.optim.RMSprop: ("square_avg",),
    torch.optim.SGD: ("momentum_buffer",),
}
"""What each optimiser calls what it keeps; of another one it is not known what else it remembers."""

DECOUPLED = ("adamw", "adafactor", "muon")
"""Optimisers whose decay of weights does not go through the gradient, where their settings do not say it."""


def arrays(optimiser: torch.optim.Optimizer, variable: torch.Tensor) -> dict[str, Array]:
    """What the optimiser keeps for a parameter; empty before the first step."""
    kept = optimiser.state.get(variable, {})
    return {
        SLOTS[name]: value.detach().cpu().numpy() for name, value in kept.items() if name in SLOTS and value is not None
    }


@torch.no_grad()
def restore(optimiser: torch.optim.Optimizer, kept: Sequence[tuple[torch.Tensor, Weights]], step: int) -> None:
    """Give a fresh optimiser what it kept for its parameters after `step` steps; the reverse of `arrays`.

    Each gets the strides of its parameter: a fused optimiser walks through both alike, without a look at them.
    """
    own = {name: slot for slot, name in SLOTS.items() if slot in _KEYS[type(optimiser)]}
    places = {parameter: place for place, parameter in enumerate(_parameters(optimiser))}
    state = {
        places[parameter]: {"step": torch.tensor(float(step))}
        | {own[name]: _like(parameter, array) for name, array in arrays.items()}
        for parameter, arrays in kept
        if arrays
    }
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})


def is_told_whole(optimiser: torch.optim.Optimizer) -> bool:
    """Whether what `arrays` returns, and the number of steps, is all that the optimiser remembers."""
    more = ["amsgrad", "centered"]
    if isinstance(optimiser, torch.optim.RMSprop):
        more.append("momentum")
    return type(optimiser) in _KEYS and not any(optimiser.defaults.get(name) for name in more)


def _like(parameter: torch.Tensor, array: Array) -> torch.Tensor:
    return torch.empty_like(parameter).copy_(torch.from_numpy(np.array(array, order="C")))


def _parameters(optimiser: torch.optim.Optimizer) -> list[torch.Tensor]:
    return [parameter for group in optimiser.param_groups for parameter in group["params"]]


def slots(optimiser: torch.optim.Optimizer) -> tuple[str, ...]:
    """Names of what the optimiser will keep for each parameter."""
    if isinstance(optimiser, torch.optim.SGD):
        return ("momentum",) if optimiser.defaults["momentum"] else ()
    return next((kept for kind, kept in KEPT.items() if isinstance(optimiser, kind)), ())


def options(optimiser: torch.optim.Optimizer) -> dict[str, Value]:
    """Kind and constants of the optimiser."""
    settings = optimiser.param_groups[0]
    renamed: dict[str, Any] = {
        "optimiser": type(optimiser).__name__.lower(),
        "learning_rate": float(settings["lr"]),
        "weight_decay": float(settings.get("weight_decay") or 0.0),
    }
    if "betas" in settings:
        renamed |= {"beta_1": float(settings["betas"][0]), "beta_2": float(settings["betas"][1])}
    for own, name in {
        "eps": "epsilon",
        "momentum": "momentum",
        "nesterov": "nesterov",
        "amsgrad": "amsgrad",
        "alpha": "rho",
    }.items():
        if own in settings:
            renamed[name] = settings[own]
    if "betas" in settings:
        renamed["epsilon_added"] = "after the correction of the bias"
    if renamed["weight_decay"]:
        decoupled = settings.get("decoupled_weight_decay", renamed["optimiser"] in DECOUPLED)
        renamed["decoupled_weight_decay"] = bool(decoupled)
    return renamed
