"""Controls: ports that are written otherwise and mean the same. Whatever is red here is a false alarm."""

from collections.abc import Callable
from typing import Any

from harness.faults.catalogue import NOWHERE, fault
from harness.faults.port import Port


@fault("control.nothing", rung=NOWHERE, quick=True)
def nothing(port: Port) -> None:
    """The port is seeded with a change that changes nothing."""
    port.batch(lambda batch: batch)


@fault("control.thirds", rung=NOWHERE)
def thirds(port: Port) -> None:
    """The exit wave is divided by three and multiplied by it again: another rounding."""
    port.stage("exit_wave", lambda value, _: value / 3 * 3)


@fault("control.transposed-twice", rung=NOWHERE)
def transposed_twice(port: Port) -> None:
    """The patches are transposed twice: another layout in memory."""
    port.stage("object_patches", lambda value, _: port.tensors.transpose(port.tensors.transpose(value)))


@fault("control.sum-order", rung=NOWHERE, quick=True)
def sum_order(port: Port) -> None:
    """The Poisson term is summed over two halves of the batch, and the halves are averaged."""

    def halves(term: Callable[..., Any]) -> Callable[..., Any]:
        def both(intensity: Any, counts: Any, nphotons: float) -> Any:
            first, second = (term(intensity[part], counts[part], nphotons) for part in (slice(2), slice(2, 4)))
            return (first + second) / 2

        return both

    port.loss_term("poisson", halves)


@fault("control.weights-layout", rung=NOWHERE)
def weights_layout(port: Port) -> None:
    """Weights are laid out otherwise in memory when they are loaded."""
    port.weights_in(lambda weights: {name: value.T.copy().T for name, value in weights.items()})
