"""Evidence of the oracle leg: stages and losses that the network's oracle computes from a side's own stages."""

from pathlib import Path

from harness import layout
from harness.arrays import Array, Precision
from harness.judge.evidence import BY_NAME, Evidence


def oracle_stages(evidence: Evidence, backend: str, precision: Precision) -> dict[str, Array]:
    """Every stage that the oracle computes, for the lock-step batch; float64 and complex128.

    Raises Incapable where the network has no oracle or the side exposes no stages, NoEvidence where the leg failed.
    """
    return evidence.arrays(Path(backend, layout.ORACLE, layout.stages(precision)))


def oracle_losses(evidence: Evidence, backend: str, precision: Precision) -> dict[str, float | None]:
    """Values of `loss` and of its terms that the oracle computes, for the lock-step batch."""
    return evidence.record(Path(backend, layout.ORACLE, layout.losses(precision)), BY_NAME, ("loss",))
