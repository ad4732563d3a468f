"""Rung 11: does the stitched canvas hold every patch, with no energy lost?

Evidence: `inference_outputs/` of each side: `canvas.json`, `patches.npz` and the pictures. The sizes are computed
again from the positions, and the picture again from the patches, by the formulas of the harness (`judge/stitching.py`).
A picture that the harness itself stitched says nothing about a side, and leaves the rung inconclusive.
"""

import numpy as np

from harness import layout
from harness.arrays import Array
from harness.judge import cached
from harness.judge.comparing import not_finite, relative_error
from harness.judge.evidence import Canvas, Evidence, Predictions
from harness.judge.findings import Findings
from harness.judge.reassembly import lost_beyond
from harness.judge.stitching import stitched, stitching_weight
from harness.judge.tolerances import Limits
from harness.judge.verdict import Check
from harness.physics.canvas import centred, loss_fraction, required_size
from harness.records.inference import PictureFacts

NEEDS = frozenset({"train", "infer"})
NO_EVIDENCE = {
    "harness": "stitched by the harness, because the port stitches nothing: no evidence about its stitching",
    "command": "stitched by a method of its own, whose weights nobody said: its sum cannot be computed once more",
}
"""Why the sum of a canvas is not judged, by who stitched it."""


def judge(evidence: Evidence, limits: Limits) -> list[Check]:
    """Check the canvas of each side, and that both sides stitched on canvases of the same size and position."""
    findings = Findings("canvas", limits)
    for backend in evidence.backends:
        with findings.evidence_for(backend):
            canvas, predictions = evidence.canvas(backend), evidence.predictions(backend)
            _judge_size(findings, evidence, backend, canvas, predictions)
            _judge_positions(findings, evidence, backend, canvas, predictions)
            _judge_picture(findings, evidence, backend, canvas, predictions)
    with findings.evidence_for("sides"):
        keys = {"size", "centre_x", "centre_y", "reassemble_m", "weighting"}
        facts = [evidence.canvas(backend).facts.model_dump(include=keys) for backend in evidence.backends]
        findings.demand("sides", facts[0] == facts[1], f"canvases of the two sides: {facts[0]} and {facts[1]}")
    return findings.checks


def recomputed(evidence: Evidence, canvas: Canvas, predictions: Predictions) -> dict[str, float]:
    """Compute `required`, `max_abs_offset` and `loss_fraction` of `canvas.json` again, from the positions."""
    N = evidence.scenario.dataset.N
    return {
        "required": required_size(N, predictions.positions),
        "max_abs_offset": float(np.abs(predictions.positions).max(initial=0.0)),
        "loss_fraction": loss_fraction(predictions.positions, N, canvas.field.shape[0]),
    }


def _judge_size(findings: Findings, evidence: Evidence, backend: str, canvas: Canvas, predictions: Predictions) -> None:
    own, size = recomputed(evidence, canvas, predictions), canvas.field.shape[0]
    fits = size >= own["required"]
    message = f"{backend}: canvas of {size} pixels, {own['required']} required"
    findings.demand(f"{backend}.fits_canvas", fits, message)
    says = (canvas.facts.fits_canvas, canvas.facts.required)
    stated = f"{backend}: {layout.CANVAS} says fits {says[0]}, required {says[1]}; recomputed {fits}, {own['required']}"
    findings.demand(f"{backend}.stated", says == (fits, own["required"]), stated)
    lost = f"{backend}: share of the placed patches that falls beyond the canvas"
    findings.measure(f"{backend}.loss_fraction", own["loss_fraction"], "loss_fraction", lost)
    if (picture := canvas.facts.picture) is not None:
        _judge_own_picture(findings, evidence, backend, picture, predictions.positions + canvas.centre)
        _judge_filled(findings, backend, canvas, predictions.positions)


def _judge_own_picture(
    findings: Findings, evidence: Evidence, backend: str, picture: PictureFacts, positions: Array
) -> None:
    """Check that a picture that a command stitched holds the patches at `positions` (K, 2) of the object's grid."""
    N = evidence.scenario.dataset.N
    lost, needed = lost_beyond(picture, positions, N), positions.max(axis=0) - positions.min(axis=0) + N
    told = (
        f"{backend}: share of the patches that its own picture of {picture.columns} x {picture.rows} pixels around "
        f"({picture.centre_x:.1f}, {picture.centre_y:.1f}) does not hold; {needed[0]:.0f} x {needed[1]:.0f} around "
        f"({positions[:, 0].mean():.1f}, {positions[:, 1].mean():.1f}) are needed"
    )
    findings.measure(f"{backend}.own_picture", lost, "loss_fraction", told)


def _judge_filled(findings: Findings, backend: str, canvas: Canvas, positions: Array) -> None:
    """Check that a picture that a command stitched holds something where each of the patterns was taken.

    It is empty there where patterns are left out, or placed elsewhere: a wrong sign mirrors a whole scan.
    """
    columns, rows = np.rint(positions + len(canvas.field) // 2).astype(int).T
    told = f"{backend}: share of the {len(positions)} positions at which its own picture is 0"
    findings.measure(f"{backend}.own_filled", float((canvas.field[rows, columns] == 0).mean()), "loss_fraction", told)


def _judge_positions(
    findings: Findings, evidence: Evidence, backend: str, canvas: Canvas, predictions: Predictions
) -> None:
    """Compare positions and centre with those of the dataset's test groups, relative to their centre of mass."""
    test = cached.grouped(evidence.case_dir / layout.DATASET / layout.TEST)
    centre, positions = centred(test.x[test.groups], test.y[test.groups])
    if predictions.positions.shape != positions.shape:
        shapes = f"{backend}: {predictions.positions.shape} positions, the dataset has {positions.shape}"
        findings.demand(f"{backend}.positions", False, shapes)
        return
    off_centre = np.abs(np.array(canvas.centre) - centre).max()
    error = float(max(np.abs(predictions.positions - positions).max(), off_centre))
    message = f"{backend}: largest distance of a position or of the centre from the dataset's, pixels"
    findings.measure(f"{backend}.positions", error, "positions", message)


def _judge_picture(
    findings: Findings, evidence: Evidence, backend: str, canvas: Canvas, predictions: Predictions
) -> None:
    problem = not_finite(canvas.field) or not_finite(predictions.patches)
    findings.demand(f"{backend}.finite", not problem, f"{backend}: {problem or 'every value is finite'}")
    if problem:
        return
    if canvas.facts.stitched_by in NO_EVIDENCE:
        findings.inconclusive(f"{backend}.stitched", f"{backend}: {NO_EVIDENCE[canvas.facts.stitched_by]}")
        return
    weight = stitching_weight(evidence)
    expected, coverage = stitched(predictions, weight, canvas.field.shape[0])
    for name, own, oracle in (("coverage", canvas.coverage, coverage), ("stitched", canvas.field, expected)):
        error = relative_error(np.asarray(own), oracle)
        message = f"{backend}: {name} against the oracle's stitching of the same patches, largest over largest"
        findings.measure(f"{backend}.{name}", error, "stitched", message)
