"""The true object, or the reference reconstruction that stands in for it, at the position of a reconstruction."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from harness import layout
from harness.arrays import Array
from harness.dataset.truth import Truth, complex_object
from harness.judge.evidence import Canvas, Evidence, NoEvidence, Predictions

Part = Literal["amplitude", "phase"]
PARTS: tuple[Part, ...] = ("amplitude", "phase")


@lru_cache(maxsize=8)
def true_object(evidence: Evidence) -> Truth:
    """Read `ground_truth_{amp,phase}.npy` and `truth.json` of a case; NoEvidence when they are missing or broken.

    Cached, since most of what is held against the truth reads it again.
    """
    facts = evidence.truth
    amplitude, phase = (
        evidence.array(Path(layout.DATASET, name)) for name in (layout.TRUTH_AMPLITUDE, layout.TRUTH_PHASE)
    )
    if amplitude.shape != phase.shape or amplitude.ndim != 2:
        raise NoEvidence(f"dataset: the truth's amplitude {amplitude.shape} and phase {phase.shape} do not fit.")
    if not (np.isfinite(amplitude).all() and np.isfinite(phase).all()):
        raise NoEvidence("dataset: the truth holds values that are not finite, so nothing can be held against it.")
    return Truth(facts.kind, complex_object(amplitude, phase), facts.origin_x, facts.origin_y)


def crop(truth: Truth, canvas: Canvas) -> tuple[Array, Array]:
    """The truth (size, size) on the pixels of a canvas, bilinear, and a mask of the pixels inside the object."""
    x, y = (np.array([coordinate]) for coordinate in canvas.centre)
    images, inside = _cut(truth, x, y, len(canvas.field))
    return images[0], inside[0]


def true_patches(truth: Truth, canvas: Canvas, predictions: Predictions, side: int) -> tuple[Array, Array]:
    """The true patch (K, side, side) at each predicted patch, and which of them (K,) are wholly inside the object."""
    x, y = np.transpose(predictions.positions + np.array(canvas.centre))
    patches, inside = _cut(truth, x, y, side)
    return patches, np.all(inside, axis=(1, 2))


def parts_with_a_picture(evidence: Evidence) -> tuple[Part, ...]:
    """The parts of the object (amplitude, phase) that hold structure; the first is the leading part.

    The phase leads wherever it is not constant. Of a measured object the phase alone is judged, since these are phase
    objects, whose amplitude is not known to hold structure. The amplitude leads where the phase is constant.
    """
    dataset = evidence.scenario.dataset
    if dataset.source == "file":
        return ("phase",)
    return ("amplitude",) if dataset.object.phase == "none" else ("phase", "amplitude")


def part_of(field: Array, part: Part) -> Array:
    """Amplitude, or phase in radians, of a complex array."""
    picture: Array = np.abs(field) if part == "amplitude" else np.angle(field)
    return picture


def _cut(truth: Truth, x: Array, y: Array, side: int) -> tuple[Array, Array]:
    pixels = np.arange(side) - side // 2
    height, width = truth.object.shape
    rows, columns = (y - truth.origin_y)[:, None] + pixels, (x - truth.origin_x)[:, None] + pixels
    inside_rows, inside_columns = (rows >= 0) & (rows <= height - 1), (columns >= 0) & (columns <= width - 1)
    return truth.patches(x, y, side), inside_rows[:, :, None] & inside_columns[:, None, :]
