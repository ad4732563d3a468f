"""The hypotheses about layers, in the order in which they are tried."""

from collections.abc import Callable, Iterator

from harness.judge.hypotheses.known import Candidate, Known
from harness.judge.hypotheses.layers.activation import other_activation
from harness.judge.hypotheses.layers.fed import fed
from harness.judge.hypotheses.layers.flattening import flattening
from harness.judge.hypotheses.layers.interpolation import interpolation
from harness.judge.hypotheses.layers.kernel import kernel
from harness.judge.hypotheses.layers.normalisation import normalisation
from harness.judge.hypotheses.layers.padding import padding_side
from harness.judge.hypotheses.layers.site import Site, site_of

OF_LAYERS: tuple[Callable[[Known, Site], Iterator[Candidate]], ...] = (
    interpolation, padding_side, flattening, normalisation, kernel, other_activation, fed,
)  # fmt: skip


def layers(known: Known) -> Iterator[Candidate]:
    """What the layers of a stage make with another setting, weight or input; nothing where they cannot be computed."""
    site = site_of(known)
    if site is not None:
        for hypothesis in OF_LAYERS:
            yield from hypothesis(known, site)
