"""The oracle of the physics-informed network: its physics and its loss in NumPy float64, by `harness.physics`.

It starts from the object patches of a port, so that the layers before them play no part.
"""

from collections.abc import Mapping

import numpy as np

from harness.arrays import Array, Weights
from harness.errors import HarnessError
from harness.networks.pinn.contract import LOG_SCALE, loss_terms
from harness.networks.pinn.sections import of
from harness.physics import forward, likelihood
from harness.physics.merge import Merging, merging
from harness.physics.probe import model_probe
from harness.ports.protocol import Batch, Setup

START = "object_patches"


class PinnOracle:
    """See `harness.networks.network.Oracle`."""

    def stages(self, setup: Setup, known: Mapping[str, Array], batch: Batch, weights: Weights) -> dict[str, Array]:
        """The input, and every stage of the physics, from the object patches of a port."""
        log_scale = float(weights[LOG_SCALE])
        fed = {"input": np.divide(np.asarray(batch.amplitude, dtype=np.float64), np.exp(log_scale))}
        return fed | self._forward(setup, _patches(known, batch), batch.relative, log_scale)

    def losses(self, setup: Setup, answers: Mapping[str, Array], batch: Batch) -> dict[str, float]:
        """`loss` and its terms, from what `stages` answered for the batch."""
        return likelihood.loss_terms(
            answers,
            np.asarray(batch.amplitude, dtype=np.float64),
            setup.nphotons,
            loss_terms(of(setup.scenario).loss),
        )

    def diffraction(self, setup: Setup, patches: Array, relative: Array) -> Array:
        """Diffraction amplitude of object patches, unscaled."""
        with np.errstate(invalid="ignore", over="ignore"):  # what is not finite stays so, and is counted
            return self._forward(setup, patches, relative, 0.0)["diffraction_amplitude"]

    def _forward(self, setup: Setup, patches: Array, relative: Array, log_scale: float) -> dict[str, Array]:
        probe = model_probe(setup.probe, setup.scenario.dataset.probe.mask)
        return forward.forward_stages(patches, relative, probe, log_scale, _merging(setup))


def _patches(known: Mapping[str, Array], batch: Batch) -> Array:
    """The stage that the oracle starts from."""
    patches, shape = known.get(START), batch.amplitude.shape
    if patches is None or patches.shape != shape:
        found = "missing" if patches is None else f"of shape {patches.shape}"
        raise HarnessError(f"stage {START} is {found}; the batch is {shape}.")
    expected = (len(patches), 1, 2, patches.shape[-1])
    if batch.relative.shape != expected:
        raise HarnessError(f"relative offsets are of shape {batch.relative.shape}; {expected} is needed.")
    return patches


def _merging(setup: Setup) -> Merging | None:
    scenario = of(setup.scenario)
    return merging(
        scenario.dataset.N,
        setup.padded_size,
        scenario.grouping.gridsize,
        scenario.model.object_big,
        scenario.model.probe_big,
    )
