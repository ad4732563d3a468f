"""Rung 14: do weights that one side trained give the same picture when the other side loads them?

And does the other side train on from them, and from the optimiser's state, as the side that saved them would?

Evidence: `<backend>/exchange/`, the inference of a side with the other's weights, is compared with
`inference_outputs/` of the side that trained them, in both directions. The network is the same function on both
sides, so the results differ by the rounding of one forward pass only.

Where the probe cannot tell a patch from its twin, rounding may decide which of the two is stitched: patches are
therefore compared as they were predicted, and pictures on those pixels where both sides chose alike.
"""

import numpy as np

from harness.arrays import Array
from harness.judge.comparing import not_finite, relative_error
from harness.judge.evidence import Canvas, Evidence, Predictions
from harness.judge.findings import Findings
from harness.judge.gauges import fit_global_phase
from harness.judge.pictures import covered
from harness.judge.resume import judge_taken_over
from harness.judge.tolerances import Limits
from harness.judge.verdict import Check
from harness.physics.canvas import accumulate

NEEDS = frozenset({"train", "infer", "exchange", "trajectory", "replay", "resume"})


def judge(evidence: Evidence, limits: Limits) -> list[Check]:
    """Compare patches and picture in both directions."""
    findings = Findings("exchange", limits)
    reference, candidate = evidence.backends
    for trained, loaded in ((reference, candidate), (candidate, reference)):
        direction = f"{trained}_to_{loaded}"
        with findings.evidence_for(direction):
            _compare_patches(findings, evidence, trained, loaded, direction)
            _compare_canvases(findings, evidence, trained, loaded, direction)
        judge_taken_over(findings, evidence, trained, loaded)
    return findings.checks


def _compare_patches(findings: Findings, evidence: Evidence, trained: str, loaded: str, direction: str) -> None:
    own, other = (made.as_predicted() for made in _predictions(evidence, trained, loaded))
    shapes = "" if own.shape == other.shape else f"patches are {own.shape} and {other.shape}"
    if problem := shapes or not_finite(own) or not_finite(other):
        findings.demand(f"{direction}.patches", False, f"weights of {trained} in {loaded}: {problem}")
        return
    turns = np.exp(1j * np.angle((other * np.conj(own)).sum(axis=(1, 2), keepdims=True)))
    error = relative_error(own * turns, other)
    message = f"weights of {trained} in {loaded}: patches after their free phases, largest difference over the largest"
    findings.measure(f"{direction}.patches", error, "patches", message)


def _predictions(evidence: Evidence, trained: str, loaded: str) -> tuple[Predictions, Predictions]:
    return evidence.predictions(loaded, "exchange"), evidence.predictions(trained)


def _chosen_otherwise(evidence: Evidence, trained: str, loaded: str, canvas: Canvas) -> Array:
    """(size, size) bool: pixels under patches for which the two sides chose differently between patch and twin."""
    own, other = _predictions(evidence, trained, loaded)
    side = evidence.scenario.inference.reassemble_m
    positions = own.positions[own.flips != other.flips]
    reached: Array = accumulate(np.ones((len(positions), side, side)), positions, len(canvas.field)) > 0
    return reached


def _compare_canvases(findings: Findings, evidence: Evidence, trained: str, loaded: str, direction: str) -> None:
    """Compare the stitched pictures after a fit of the global phase, which synchronised patches leave free."""
    own, other = evidence.canvas(loaded, "exchange"), evidence.canvas(trained)
    shapes = "" if own.field.shape == other.field.shape else f"canvases are {own.field.shape} and {other.field.shape}"
    if problem := shapes or not_finite(own.field) or not_finite(other.field):
        findings.demand(f"{direction}.canvas", False, f"weights of {trained} in {loaded}: {problem}")
        return
    mask = covered(own) & covered(other) & ~_chosen_otherwise(evidence, trained, loaded, own)
    turned = own.field * np.exp(1j * fit_global_phase(own.field, other.field, mask))
    error = relative_error(turned[mask], other.field[mask])
    message = f"weights of {trained} in {loaded}: complex picture, largest difference over the largest"
    findings.measure(f"{direction}.canvas", error, "canvas", message)
