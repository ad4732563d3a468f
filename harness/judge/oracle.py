"""What the network's oracle says of the lock-step batch, from a side's own stages; its answers are evidence, too."""

from pathlib import Path

from harness import layout
from harness.arrays import Array, Precision
from harness.judge.evidence import Evidence


def oracle_stages(evidence: Evidence, backend: str, precision: Precision) -> dict[str, Array]:
    """Every stage that the oracle answers for, float64 and complex128.

    Raises Incapable where the network has no oracle or the side shows no stages, NoEvidence where it could not answer.
    """
    return evidence.arrays(Path(backend, layout.ORACLE, layout.stages(precision)))


def oracle_losses(evidence: Evidence, backend: str, precision: Precision) -> dict[str, float]:
    """`loss` and its terms for the stages of `oracle_stages`."""
    losses: dict[str, float] = evidence.record(Path(backend, layout.ORACLE, layout.losses(precision)), ("loss",))
    return losses
