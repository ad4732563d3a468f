"""Taps: places in the user's code that are stages though no layer of their own makes them."""

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np

from harness.arrays import Array
from harness.toolkits.layers import Layer
from harness.toolkits.replacing import replaced
from harness.toolkits.trace import Trace

Passed = Callable[[Any], Any]
"""From a value that passes a place to the one that goes on from there."""
Follow = Callable[[str, bool, Passed], Callable[[], None]]
"""How a framework follows a layer: its path, whether its input is meant, and what is told; returns what undoes it."""


Place = str | tuple[str, str]
"""Where a tap is, and, where its layout is not the framework's own for images, how it is laid out."""


class Tap:
    """A place in the user's code that is a stage though no layer of its own makes it.

    `where` is the path of a layer (`decoder.up`), with `.input` behind it for what it takes, or `module:function` for
    a function that the user's code calls by its module; `[1]` behind it picks one of several outputs. A second text
    says how its axes go to those of a stage, as einops writes it: `(b c) h w 1 -> b h w c`, `c` being the patterns of a
    group.
    """

    def __init__(self, place: Place) -> None:
        """Take the place apart."""
        where, self.layout = (place, "") if isinstance(place, str) else place
        where, _, pick = where.partition("[")
        self.pick = int(pick[:-1]) if pick else None
        self.input = where.endswith(".input")
        self.where = where.removesuffix(".input")

    def out(self, array: Array, channels: int) -> Array:
        """From the layout of the user's code to that of a stage."""
        return _rearranged(array, self.layout, channels)

    def back(self, array: Array, channels: int) -> Array:
        """From the layout of a stage to that of the user's code."""
        inner, _, outer = self.layout.partition("->")
        return _rearranged(array, f"{outer} -> {inner}", channels)

    def attach(self, name: str, trace: Trace, follow: Follow) -> Callable[[], None]:
        """Tell the trace whenever the place is passed, as the stage `name`; returns what undoes it."""
        if ":" not in self.where:
            return follow(self.where, self.input, self._passed(Layer(name, "tap", object=self.where), trace))
        changed = contextlib.ExitStack()
        changed.enter_context(
            replaced(
                self.where, lambda plain: _followed_by(plain, self._passed(Layer(name, "tap", object=plain), trace))
            )
        )
        return changed.close

    def _passed(self, layer: Layer, trace: Trace) -> Passed:
        def passed(value: Any) -> Any:
            if self.pick is None:
                return trace.called(layer, None, value)
            seen = trace.called(layer, None, value[self.pick])
            return type(value)(seen if number == self.pick else other for number, other in enumerate(value))

        return passed


def _followed_by(plain: Callable[..., Any], passed: Passed) -> Callable[..., Any]:
    """A function whose result is passed on by `passed`."""
    return lambda *args, **kwargs: passed(plain(*args, **kwargs))


def _rearranged(array: Array, layout: str, channels: int) -> Array:
    import einops  # of those who name a layout alone

    known = {"c": channels} if "c" in layout.replace("(", " ").replace(")", " ").split() else {}
    return np.ascontiguousarray(einops.rearrange(array, layout, **known))
