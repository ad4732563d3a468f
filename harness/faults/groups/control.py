"""Controls: changes of the code that do not change the results; any red rung here is a false alarm."""

from collections.abc import Callable
from typing import Any

from harness.faults.catalogue import ANY, NOWHERE, fault
from harness.faults.edit import on_stages
from harness.faults.faulty_port import FaultyPort


@fault("control.nothing", rung=NOWHERE, network=ANY, quick=True)
def nothing(port: FaultyPort) -> None:
    """The port is injected with a change that changes nothing."""
    port.batch(lambda batch: batch)


@fault("control.thirds", rung=NOWHERE)
def thirds(port: FaultyPort) -> None:
    """The exit wave is divided by three and multiplied by it again: another rounding."""
    port.stage("exit_wave", lambda value, _: value / 3 * 3)


@fault("control.transposed-twice", rung=NOWHERE)
def transposed_twice(port: FaultyPort) -> None:
    """The patches are transposed twice: another layout in memory."""
    port.stage("object_patches", lambda value, _: port.tensors.transpose(port.tensors.transpose(value)))


@fault("control.sum-order", rung=NOWHERE, quick=True)
def sum_order(port: FaultyPort) -> None:
    """The Poisson term is summed over every second pattern of the batch and over the others, and both are averaged."""

    def halves(term: Callable[..., Any]) -> Callable[..., Any]:
        def half(part: slice) -> Callable[..., Any]:
            return on_stages(term, intensity=lambda value: value[part], measured=lambda value: value[part])

        even, odd = half(slice(0, None, 2)), half(slice(1, None, 2))
        return lambda *given: (even(*given) + odd(*given)) / 2

    port.loss_term("poisson", halves)


@fault("control.weights-layout", rung=NOWHERE, network=ANY)
def weights_layout(port: FaultyPort) -> None:
    """Weights are laid out otherwise in memory when they are loaded."""
    port.weights_in(lambda weights: {name: value.T.copy().T for name, value in weights.items()})
