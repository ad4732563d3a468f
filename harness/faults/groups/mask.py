"""Faults of the mask: pixels of the detector that do not count reach the network or the loss of one side all the same.

They are tried on a case with a mask, and refuse any other.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from harness import layout
from harness.arrays import Array
from harness.errors import HarnessError
from harness.faults.catalogue import ANY, fault
from harness.faults.edit import in_npy, in_npz, on_stages
from harness.faults.faulty_port import FaultyPort
from harness.ports.protocol import Setup

MASKED = "gs1_masked"
"""The case that these faults are tried on."""
COMPARING = ("poisson", "amplitude_mae")
"""The terms of the loss that compare with the data."""
Term = Callable[..., Any]


def with_mask(port: FaultyPort, change: Callable[[Array], Array | None]) -> None:
    """Change the mask that a side is built with; HarnessError where it is built without one."""

    def changed(setup: Setup) -> Setup:
        if setup.mask is None:
            raise HarnessError(
                f"every detector pixel of this case counts; choose a case with a mask, such as {MASKED}."
            )
        return replace(setup, mask=change(setup.mask))

    port.setup(changed)


@fault("mask.ignored", rung="loss", case=MASKED)
def ignored(port: FaultyPort) -> None:
    """The mask is not passed on, so that pixels that do not count are taken for pixels without a photon."""
    with_mask(port, lambda _: None)


@fault("mask.inverted", rung="stages", case=MASKED)
def inverted(port: FaultyPort) -> None:
    """The mask is taken for its opposite: true marks the bad pixels."""
    with_mask(port, np.logical_not)


@fault("mask.input-only", rung="loss", case=MASKED)
def input_only(port: FaultyPort) -> None:
    """The mask is applied to the input of the network and not to the loss."""
    with_mask(port, lambda mask: mask)
    for name in COMPARING:
        port.loss_term(name, lambda term: on_stages(term, mask=lambda mask: mask | ~mask))


@fault("mask.one-term", rung="loss", case=MASKED)
def one_term(port: FaultyPort) -> None:
    """The mask is applied to the likelihood and not to the amplitude term."""
    with_mask(port, lambda mask: mask)
    port.loss_term("amplitude_mae", lambda term: on_stages(term, mask=lambda mask: mask | ~mask))


@fault("mask.mean-over-all", rung="loss", case=MASKED)
def mean_over_all(port: FaultyPort) -> None:
    """The amplitude term is divided by the number of all pixels, not of those that count."""
    with_mask(port, lambda mask: mask)

    def over_all(term: Term) -> Term:
        return lambda stages, *more: term(stages, *more) * port.tensors.share(stages["mask"])

    port.loss_term("amplitude_mae", over_all)


@fault("mask.edge", rung="loss", size=1.0, unit="pixels that the mask is moved along x", case=MASKED)
def edge(port: FaultyPort) -> None:
    """The mask of the loss is a pixel beside that of the data."""
    with_mask(port, lambda mask: mask)
    for name in COMPARING:
        port.loss_term(
            name, lambda term: on_stages(term, mask=lambda mask: port.tensors.roll(mask, round(port.size), 1))
        )


@fault("mask.missing", rung="dataset", network=ANY, case=MASKED)
def missing(port: FaultyPort) -> None:
    """One side gets no mask."""
    port.dataset(lambda folder: (folder / layout.MASK).unlink())


@fault("mask.transposed", rung="dataset", network=ANY, case=MASKED)
def transposed(port: FaultyPort) -> None:
    """Rows and columns of the mask are swapped on one side."""
    port.dataset(lambda folder: in_npy(folder / layout.MASK, np.transpose))


@fault("mask.both-filled", rung="dataset", network=ANY, case=MASKED)
def both_filled(port: FaultyPort) -> None:
    """Pixels that do not count hold a photon in the patterns of both sides."""

    def filled(folder: Path) -> None:
        bad = ~np.load(folder / layout.DATASET / layout.MASK, allow_pickle=False)
        in_npz(folder / layout.DATASET / layout.TEST, X=lambda X: np.where(bad, X.dtype.type(1e-4), X))

    port.case(filled)
