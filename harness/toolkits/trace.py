"""What happens in a forward pass, layer by layer, and which of it are stages.

A framework's own hooks tell a `Trace` of every call, and take from it what the call returns instead: that one
mechanism shows a stage, computes a stage alone, and measures a slope.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from harness.toolkits.layers import LAYERS_WITHOUT_STAGE, Layer


@dataclass(frozen=True)
class Call:
    """One call of a layer, of a function that no layer makes, or of a tap."""

    name: str
    layer: Layer
    output: Any
    """The framework's own object, by which a later call's input is known."""
    value: Any
    """What was kept of it."""
    input: Any
    """The first input, by which an activation is known to follow a layer."""


@dataclass
class Trace:
    """The calls of one forward pass, in their order."""

    given: Mapping[str, Any] = field(default_factory=dict)
    """Outputs that stand in for those that are computed, by the name of the call."""
    keep: Callable[[Any], Any] = lambda value: value
    """What is kept of an output: a copy, where later calls may change it in place."""
    differentiated: bool = False
    """Whether what is computed is differentiated for the outputs that stand in."""
    calls: list[Call] = field(default_factory=list)
    _times: Counter[str] = field(default_factory=Counter)

    def called(self, layer: Layer, first_input: Any, output: Any) -> Any:
        """Note a call; returns what the call is to return.

        What holds no weights is another layer at each call: the other side may well have two where this one has one.
        """
        self._times[layer.name] += 1
        times = self._times[layer.name]
        name = layer.name if times == 1 else f"{layer.name}#{times}"
        layer = layer if layer.tensors else replace(layer, name=name)
        result = self.given.get(name, output)
        self.calls.append(Call(name, layer, result, self.keep(result), first_input))
        return result

    def outputs(self) -> dict[str, Any]:
        """What was kept of the output of every call, by its name."""
        return {call.name: call.value for call in self.calls}


@dataclass(frozen=True)
class Site:
    """Where a stage is seen."""

    stage: str
    """Name of the stage: that of its layer."""
    call: str
    """The call whose output it is: that of the activation that follows the layer, if one does."""
    layer: Layer
    activation: Layer | None
    """The activation that was joined to the layer."""


def sites(calls: list[Call]) -> list[Site]:
    """The stages of a forward pass, in the order of the computation.

    An activation joins the layer whose output it takes, because one framework makes it part of the layer where the
    other has a module of its own.
    """
    found: list[Site] = []
    for call in calls:
        if call.layer.kind in LAYERS_WITHOUT_STAGE:
            continue
        if (joined := _joined(call, calls, found)) is None:
            found.append(Site(call.name, call.name, call.layer, None))
        else:
            before = found[joined]
            found[joined] = Site(before.stage, call.name, before.layer, call.layer)
    return found


def _joined(call: Call, calls: list[Call], found: list[Site]) -> int | None:
    """The place of the stage whose activation a call is, where nothing else takes its output; None where there is none.

    It need not be the last: a framework may interleave the arms of a network.
    """
    if call.layer.kind != "activation" or call.input is None:
        return None
    outputs = {other.name: other.output for other in calls}
    place = next((number for number, site in enumerate(found) if outputs[site.call] is call.input), None)
    if place is None or not _takes_activation(found[place]):
        return None
    return place if sum(other.input is call.input for other in calls) == 1 else None


def _takes_activation(site: Site) -> bool:
    """Whether the layer of a stage has no activation yet."""
    own = site.layer.attributes.get("activation", "linear")
    return site.activation is None and site.layer.kind not in ("activation", "output", "tap") and own == "linear"


def paddings(calls: list[Call]) -> dict[str, list[int]]:
    """Pixels (before, after, ...) that a layer of its own padded before another layer, by the name of the latter."""
    pads = [call for call in calls if call.layer.kind == "pad" and call.layer.attributes.get("padding")]
    found: dict[str, list[int]] = {}
    for pad in pads:
        for call in calls:
            if call.input is pad.output and call is not pad:
                found[call.layer.name] = pad.layer.attributes["padding"]  # type: ignore[assignment]
    return found
