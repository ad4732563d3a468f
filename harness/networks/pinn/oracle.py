"""The oracle of the physics-informed network: its physics and its loss in NumPy float64, by `harness.physics`.

It starts from the object patches of a port, so its results do not depend on the layers before them.
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
        """Compute the network's input and, from the object patches of a port, every stage of the physics.

        The input is 0 where a pixel of the detector does not count.
        """
        log_scale = float(weights[LOG_SCALE])
        measured = np.asarray(batch.amplitude, dtype=np.float64)
        if setup.mask is not None:
            measured = np.where(setup.mask[:, :, None], measured, 0.0)
        network_input = {"input": np.divide(measured, np.exp(log_scale))}
        return network_input | self._forward(setup, _patches(known, batch), batch.relative, log_scale)

    def losses(self, setup: Setup, stages: Mapping[str, Array], batch: Batch) -> dict[str, float]:
        """`loss` and its terms for the batch, from the result of the method `stages`."""
        return likelihood.loss_terms(
            stages,
            np.asarray(batch.amplitude, dtype=np.float64),
            setup.nphotons,
            loss_terms(of(setup.scenario).loss),
            setup.mask,
        )

    def diffraction(self, setup: Setup, patches: Array, relative: Array) -> Array:
        """Diffraction amplitude of object patches, without the intensity scale."""
        with np.errstate(invalid="ignore", over="ignore"):  # NaN and Inf stay in the result, where they are counted
            return self._forward(setup, patches, relative, 0.0)["diffraction_amplitude"]

    def _forward(self, setup: Setup, patches: Array, relative: Array, log_scale: float) -> dict[str, Array]:
        probe = model_probe(setup.probe, setup.scenario.dataset.probe.mask)
        return forward.forward_stages(patches, relative, probe, log_scale, _merging(setup))


def _patches(known: Mapping[str, Array], batch: Batch) -> Array:
    """Object patches of the port, from which the oracle starts; raises HarnessError if they do not fit the batch."""
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
