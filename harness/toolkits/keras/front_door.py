"""Settings of a training with Keras, read from the call of `Model.fit` at which a workflow was stopped."""

from collections.abc import Mapping
from typing import Any

from harness.ports.contract import Value
from harness.toolkits.keras import optimisers


def fit_settings(call: Mapping[str, Any]) -> dict[str, Value]:
    """What `Model.fit` was asked for, and what the model was compiled with.

    Args:
        call: the arguments of the call by name, as `stopped_at("keras:Model.fit", ...)` returns them.

    Returns:
        `batch_size`, `epochs`, `shuffle`, `validation_split`, `parameters` and, of a compiled model, `loss` and the
        constants of the optimiser.
    """
    model = call["self"]
    settings: dict[str, Value] = {
        "batch_size": call.get("batch_size") or 32,  # Keras' own default
        "epochs": call.get("epochs", 1),
        "shuffle": bool(call.get("shuffle", True)),
        "validation_split": float(call.get("validation_split", 0.0)),
        "parameters": int(model.count_params()),
    }
    if getattr(model, "optimizer", None) is not None:
        settings |= {"loss": _name(model.loss), **optimisers.options(model.optimizer)}
    return settings


def _name(loss: Any) -> str:
    """A loss as the user names it: a text, a function or an object."""
    if isinstance(loss, list | tuple):
        return ", ".join(map(_name, loss))
    return loss if isinstance(loss, str) else getattr(loss, "__name__", type(loss).__name__)
