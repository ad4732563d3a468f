"""The terms of a loss: one function, or several by name, each with its factor."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import HarnessError

ONE = "objective"
"""Name of the term of a loss that is one function."""
Loss = Callable[..., Any]


@dataclass(frozen=True)
class LossTerm:
    """One term."""

    function: Loss
    factor: float = 1.0


def terms_of(loss: Loss | Mapping[str, Loss | tuple[Loss, float]]) -> dict[str, LossTerm]:
    """The terms by name, of a function or of a mapping from names to functions, or to pairs (function, factor).

    Raises HarnessError for anything else.
    """
    if callable(loss):
        return {ONE: LossTerm(loss)}
    if not isinstance(loss, Mapping) or not loss:
        raise HarnessError(f"loss is {loss!r}; give a function, or a mapping from the name of each term to a function.")
    return {name: _term(name, value) for name, value in loss.items()}


def _term(name: str, value: Any) -> LossTerm:
    function, factor = value if isinstance(value, tuple) and len(value) == 2 else (value, 1.0)
    if not callable(function) or name == "loss":
        raise HarnessError(
            f"term {name!r} of the loss is {value!r}; give a function or a pair (function, factor), and any name but "
            "'loss', which is that of the sum."
        )
    return LossTerm(function, float(factor))
