"""What the NumPy oracle says about the lock-step batch, from a backend's own object patches on."""

from functools import lru_cache

import numpy as np

from harness.backends.network import loss_terms as weights_of_terms
from harness.backends.protocol import Array, Precision
from harness.judge.evidence import Evidence, NoEvidence
from harness.physics import forward, likelihood
from harness.physics.merge import merging

REMEMBERED = 4
"""Forward passes that are kept: of both sides of a case at both precisions, which two rungs ask for."""


@lru_cache(maxsize=REMEMBERED)
def oracle_stages(evidence: Evidence, backend: str, precision: Precision) -> dict[str, Array]:
    """Every physics stage, float64 and complex128, computed from the backend's stage `object_patches`.

    Raises NoEvidence when the backend has no such stage, or one that does not fit the batch.
    """
    scenario, batch = evidence.scenario, evidence.batch(backend)
    patches = evidence.stages(backend, precision).get("object_patches")
    if patches is None or patches.shape != batch["amplitude"].shape:
        found = "missing" if patches is None else f"of shape {patches.shape}"
        raise NoEvidence(f"{backend}: stage object_patches is {found}; the batch is {batch['amplitude'].shape}.")
    expected = (len(patches), 1, 2, patches.shape[-1])
    if batch["relative"].shape != expected:
        raise NoEvidence(f"{backend}: relative offsets are of shape {batch['relative'].shape}; {expected} is needed.")
    how = merging(
        scenario.dataset.N,
        int(evidence.setup["padded_size"]),
        scenario.grouping.gridsize,
        scenario.model.object_big,
        scenario.model.probe_big,
    )
    log_scale = evidence.lockstep_log_scale(backend)
    return forward.forward_stages(patches, batch["relative"], evidence.probe, log_scale, how)


def oracle_losses(evidence: Evidence, backend: str, precision: Precision) -> dict[str, float]:
    """`loss` and its terms for the stages of `oracle_stages`."""
    stages = oracle_stages(evidence, backend, precision)
    return likelihood.loss_terms(
        stages,
        np.asarray(evidence.batch(backend)["amplitude"], dtype=np.float64),
        float(evidence.setup["nphotons"]),
        weights_of_terms(evidence.scenario.loss),
    )
