"""The history of a training by a loop of a user's own: a value an epoch of every metric."""

from collections.abc import Mapping

import numpy as np

from harness.arrays import Array
from harness.errors import HarnessError

LOSS = "loss"


def history_of(found: Mapping[str, Array], where: str, prefix: str = "") -> dict[str, Array]:
    """The metrics among what a training left: values (epochs,) of each, `loss` among them.

    Args:
        found: what it left, by name.
        where: who left it, for the message of an error.
        prefix: how the name of a metric begins there.

    Raises:
        HarnessError: the loss is missing, the metrics are not of one length, or one is complex.
    """
    names = [name for name in found if name.startswith(prefix)]
    history = {name.removeprefix(prefix): np.atleast_1d(found[name]) for name in names}
    epochs = len(history.get(LOSS, ()))
    if not epochs or {values.shape for values in history.values()} != {(epochs,)}:
        told = ", ".join(f"{name}: {np.shape(values)}" for name, values in found.items()) or "nothing"
        raise HarnessError(
            f"{where}: a value an epoch of every metric is needed, {prefix}{LOSS} among them; found {told}."
        )
    if wrong := [name for name, values in history.items() if np.iscomplexobj(values)]:
        raise HarnessError(f"{where}: {prefix}{wrong[0]} is complex; real values are needed.")
    return history
