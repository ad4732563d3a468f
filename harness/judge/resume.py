"""Training that was interrupted: on each side, and from what the other side saved.

Evidence: `replay/resumed.json` and `resume/resumed.json`, how far every weight is from a training in one go.
"""

from pathlib import Path

from harness import layout
from harness.judge.comparing import or_infinity
from harness.judge.evidence import BY_NAME, Evidence, Incapable
from harness.judge.findings import Findings
from harness.judge.lockstep import largest, trajectory_noise
from harness.judge.precision import in_float32
from harness.judge.replay import replayed_weights

RESUMED = "resumed"
Far = dict[str, float | None]
"""How far each weight is; None for what is not finite."""


def judge_resumed(findings: Findings, evidence: Evidence, backend: str) -> None:
    """Add a check of a side that goes on from its own checkpoint; skipped for one that cannot load the state."""
    check = f"{backend}.{RESUMED}"
    with findings.evidence_for(check):
        try:
            far = _far(evidence, backend, layout.REPLAY)
        except Incapable as reason:
            findings.skip(check, f"{reason} With the capability resume it is known whether a training can go on.")
            return
        _measure(findings, check, far, f"{backend}: interrupted, saved, loaded and trained on, against in one go")


def judge_taken_over(findings: Findings, evidence: Evidence, saved: str, loaded: str) -> None:
    """Add a check of a side that goes on from the other's checkpoint, by the weight that is farthest off.

    Skipped where a side cannot load the state, or computes in float32 alone, whose steps are not the other's.
    """
    check = f"{saved}_to_{loaded}.{RESUMED}"
    with findings.evidence_for(check):
        try:
            far = _far(evidence, loaded, layout.RESUME)
        except Incapable as reason:
            findings.skip(check, f"{reason} So it is not known whether its training can go on from the other side's.")
            return
        if any(in_float32(value) for value in replayed_weights(evidence, saved).values() if value.size > 1):
            findings.skip(check, "a side computes in float32 alone, so its steps are not those of the other")
            return
        message = f"training of {saved}, gone on with by {loaded}, against in one go"
        _measure(findings, check, _without_rounding(findings, evidence, far), message)


def _without_rounding(findings: Findings, evidence: Evidence, far: Far) -> Far:
    """The weights whose own noise is below the limit: an optimiser such as Adam makes whole steps of rounding."""
    noise, limit = trajectory_noise(evidence, "float64", "weights"), findings.limit(RESUMED)
    if limit is None:
        return far
    known = {name for name in far if all(name in side for side in noise)}
    return {
        name: value for name, value in far.items() if name not in known or limit.holds(largest(noise, name, "float64"))
    }


def _far(evidence: Evidence, backend: str, folder: str) -> Far:
    return evidence.record(Path(backend, folder, layout.RESUMED), BY_NAME)


def _measure(findings: Findings, check: str, far: Far, message: str) -> None:
    worst = max(far, key=lambda name: or_infinity(far[name]), default=None)
    value = None if worst is None else far[worst]
    findings.measure(check, value, RESUMED, f"{message}, most in {worst}")
