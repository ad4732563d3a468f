"""Bit equality: what a port owes itself, at two revisions, under the same versions and on the same kind of device."""

from collections.abc import Mapping

import numpy as np

from harness.arrays import Array
from harness.judge.comparing import or_infinity, relative_error
from harness.judge.evidence import Evidence
from harness.judge.findings import Findings
from harness.scenario.names import backend_of

_NAMED = 3
CHECK = "float64.bits"


def are_owed(evidence: Evidence) -> bool:
    """Whether both sides are one port, in one Python with the same versions, threads and kind of device."""
    names = evidence.backends
    if len({backend_of(name) for name in names}) > 1:
        return False
    found = evidence.metadata.backends
    if any(name not in found for name in names):
        return False
    first, second = (
        (side.python, side.distributions, side.device.kind, side.device.name, side.threads)
        for side in (found[name] for name in names)
    )
    return first == second


def demand_bits(findings: Findings, evidence: Evidence, what: str, sides: tuple[Mapping[str, Array], ...]) -> None:
    """Add a check that the tensors of both sides, by name, are equal bit for bit, where that is owed.

    Args:
        findings: Where the check is added.
        evidence: The evidence of the case.
        what: What the tensors are, in the plural.
        sides: Tensors in float64 by name, of the reference and of the candidate.
    """
    if not are_owed(evidence):
        return
    reference, candidate = sides
    both = [name for name in reference if name in candidate]
    other = {name: _error(candidate[name], reference[name]) for name in both if not _same(candidate, reference, name)}
    named = [f"{name} by {error:.1e}" for name, error in list(other.items())[:_NAMED]]
    more = f" and {len(other) - _NAMED} more" if len(other) > _NAMED else ""
    found = f"{', '.join(named) or 'none'}{more} of {len(both)}"
    message = f"{what} that are not those of {evidence.backends[0]} bit for bit: {found}"
    findings.demand(CHECK, not other, message)


def _same(own: Mapping[str, Array], other: Mapping[str, Array], name: str) -> bool:
    return own[name].dtype == other[name].dtype and np.array_equal(own[name], other[name])


def _error(own: Array, other: Array) -> float:
    if own.shape != other.shape:
        return np.inf
    return or_infinity(relative_error(own, other))
