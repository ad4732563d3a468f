"""The state and the constants of Keras' optimisers under the names that both sides use."""

from collections.abc import Sequence
from typing import Any

import keras

from harness.arrays import Array, Weights
from harness.ports.contract import Value
from harness.toolkits.keras.differentiation import to_numpy

SLOTS: dict[str, dict[str, str]] = {
    "adam": {"momentum": "first_moment", "velocity": "second_moment"},
    "adamw": {"momentum": "first_moment", "velocity": "second_moment"},
    "sgd": {"momentum": "momentum"},
    "rmsprop": {"velocity": "second_moment"},
}
"""By optimiser, Keras' name of what is kept for a variable, and the name on both sides."""
_KNOWN = (keras.optimizers.Adam, keras.optimizers.AdamW, keras.optimizers.SGD, keras.optimizers.RMSprop)
"""Of another optimiser it is not known what else it remembers."""
WHERE_SET = ("clipnorm", "global_clipnorm", "clipvalue", "gradient_accumulation_steps")
"""Settings of every optimiser that change its steps unless they are None or 0."""
AVERAGING = ("use_ema", "ema_momentum", "ema_overwrite_frequency")
"""Settings of the average of the weights, which takes their place; None for the last means: after the training."""


def kind(optimiser: keras.Optimizer) -> str:
    """Name of the optimiser in lower case."""
    return type(optimiser).__name__.lower()


def slots(optimiser: keras.Optimizer) -> tuple[str, ...]:
    """Names of what the optimiser keeps for each variable."""
    if kind(optimiser) == "sgd" and not optimiser.momentum:
        return ()
    return tuple(SLOTS.get(kind(optimiser), {}).values())


def arrays(optimiser: keras.Optimizer, variable: keras.Variable) -> dict[str, Array]:
    """What the optimiser keeps for a variable; empty before it was built, and of what is no variable of Keras."""
    factor = _momentum_factor(optimiser)
    return {name: to_numpy(own) / factor for name, own in _kept(optimiser, variable).items()}


def restore(optimiser: keras.Optimizer, kept: Sequence[tuple[keras.Variable, Weights]], step: int) -> None:
    """Give a fresh optimiser what it kept for its variables after `step` steps; the reverse of `arrays`."""
    optimiser.iterations.assign(step)
    factor = _momentum_factor(optimiser)
    for variable, found in kept:
        for name, own in _kept(optimiser, variable).items():
            own.assign(found[name] * factor)


def is_told_whole(optimiser: keras.Optimizer) -> bool:
    """Whether what `arrays` returns, and the number of steps, is all that the optimiser remembers."""
    settings: dict[str, Any] = optimiser.get_config()
    more = ["amsgrad", "centered", "use_ema", "gradient_accumulation_steps"]
    if kind(optimiser) == "rmsprop":
        more.append("momentum")
    own = type(optimiser).__module__.startswith("keras.")  # a subclass of the user's may remember more
    return own and isinstance(optimiser, _KNOWN) and not any(settings.get(name) for name in more)


def _kept(optimiser: keras.Optimizer, variable: keras.Variable) -> dict[str, keras.Variable]:
    """The optimiser's own variables of a variable, by the names of both sides."""
    if not isinstance(variable, keras.Variable):
        return {}
    path = variable.path.replace("/", "_")
    held = {own.name: own for own in optimiser.variables}
    names = {f"{path}_{suffix}": name for suffix, name in SLOTS.get(kind(optimiser), {}).items()}
    return {name: held[own] for own, name in names.items() if own in held}


def _momentum_factor(optimiser: keras.Optimizer) -> float:
    """What Keras multiplies what it keeps with: of SGD the step that the momentum takes, and not summed gradients."""
    return -float(optimiser.learning_rate) if kind(optimiser) == "sgd" else 1.0


def options(optimiser: keras.Optimizer) -> dict[str, Value]:
    """Kind and constants of the optimiser."""
    settings: dict[str, Any] = optimiser.get_config()
    found: dict[str, Any] = {
        "optimiser": kind(optimiser),
        "learning_rate": _rate(settings["learning_rate"]),
        "weight_decay": float(settings["weight_decay"] or 0.0),
    }
    for name in ("beta_1", "beta_2", "epsilon", "momentum", "nesterov", "amsgrad", "rho"):
        if name in settings:
            found[name] = settings[name] if isinstance(settings[name], bool) else float(settings[name])
    if kind(optimiser).startswith("adam"):
        found["epsilon_added"] = "before the correction of the bias"
    return found | _in_force(settings)


def _in_force(settings: dict[str, Any]) -> dict[str, Value]:
    """What Keras adds to any optimiser, where it is in force; its decay of weights never goes through the moments."""
    found: dict[str, Value] = {name: settings[name] for name in WHERE_SET if settings[name]}
    if settings["weight_decay"]:
        found["decoupled_weight_decay"] = True
    return found | ({name: settings[name] for name in AVERAGING} if settings["use_ema"] else {})


def _rate(rate: Any) -> float:
    """The first rate, of a schedule."""
    return float(rate["config"]["initial_learning_rate"]) if isinstance(rate, dict) else float(rate)
