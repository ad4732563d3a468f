"""Alignment of pictures: a side with the truth, or the two sides with each other, after the free gauges are fixed."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from harness.arrays import Array
from harness.judge import gauges
from harness.judge.baselines import correlation
from harness.judge.evidence import Canvas, Evidence, NoEvidence
from harness.judge.gauges import Gauges
from harness.judge.subpixel_shift import shifted_mask
from harness.judge.truth import Part, crop, parts_with_a_picture, true_object
from harness.physics.twins import twin

COVERED = 0.1
"""A pixel counts as covered when its coverage exceeds this share of the median over all pixels with any coverage."""


@dataclass(frozen=True)
class Aligned:
    """A picture after its free gauges were fixed to those of a reference picture."""

    field: Array
    """(size, size) complex picture after its gauges were fixed; amplitudes are not rescaled."""
    reference: Array
    """(size, size) complex: the truth, or the picture of the reference side."""
    mask: Array
    """(size, size) bool: the pixels that are compared."""
    found: Array
    """(size, size) complex: the picture before its gauges were fixed, 0 where it was not covered."""
    stitched: Array
    """(size, size) bool: pixels of `found` that are covered and finite in both pictures."""
    by_amplitude: bool
    """Whether the amplitude is the leading part of the object."""

    @cached_property
    def gauges(self) -> Gauges:
        """All gauges of `found` against the reference, including those that are not free."""
        return gauges.fit(self.found, self.reference, self.stitched, self.by_amplitude)

    @cached_property
    def nearer_as_twin(self) -> bool | None:
        """Whether the twin conj(O(-x)) of `found` is nearer to the reference than `found` itself.

        Both are aligned to whole pixels, and compared on those pixels of `stitched` whose point reflections belong to
        it, too. None where a picture has no contrast.
        """
        both = self.stitched & self.stitched[::-1, ::-1]
        upright, flipped = (self._correlation(field, both) for field in (self.found, twin(self.found)))
        return None if upright is None or flipped is None else flipped > upright

    def _correlation(self, field: Array, mask: Array) -> float | None:
        if not mask.any():
            return None
        fitted = gauges.fit(field, self.reference, mask, self.by_amplitude, refine=False)
        inside = mask & shifted_mask(mask, fitted.shift_x, fitted.shift_y)
        placed = gauges.apply(np.where(mask, field, 0), fitted)
        part: Part = "amplitude" if self.by_amplitude else "phase"
        return correlation(placed[inside], self.reference[inside], part)


def covered(canvas: Canvas) -> Array:
    """(size, size) bool: pixels with enough coverage, see COVERED; all False when no patch was placed."""
    placed = canvas.coverage[canvas.coverage > 0]
    if placed.size == 0:
        return np.zeros(canvas.coverage.shape, dtype=bool)
    mask: Array = canvas.coverage > COVERED * np.median(placed)
    return mask


def against_truth(evidence: Evidence, backend: str) -> Aligned:
    """Align the picture of a side with the truth, whose mean phase is set to zero."""
    canvas = evidence.canvas(backend)
    truth, inside = crop(true_object(evidence), canvas)
    mask = covered(canvas) & inside & np.isfinite(canvas.field)
    return _align(evidence, canvas.field, centred_phase(truth, mask), mask)


def against_reference(evidence: Evidence) -> Aligned:
    """Align the candidate's picture with the reference side's, whose mean phase is set to zero."""
    reference, candidate = (evidence.canvas(backend) for backend in evidence.backends)
    if reference.field.shape != candidate.field.shape:
        raise NoEvidence(f"canvases of the sides differ: {reference.field.shape} and {candidate.field.shape}.")
    mask = covered(reference) & covered(candidate) & np.isfinite(reference.field) & np.isfinite(candidate.field)
    return _align(evidence, candidate.field, centred_phase(reference.field, mask), mask)


def centred_phase(field: Array, mask: Array) -> Array:
    """Multiply a field by a global phase such that its sum over the mask is real and positive, against phase wraps."""
    turned: Array = field * np.exp(-1j * np.angle(field[mask].sum()))
    return turned


def _align(evidence: Evidence, field: Array, reference: Array, mask: Array) -> Aligned:
    """Remove the free gauges: the global phase, and for measured data linear phase and shift, too."""
    if not mask.any():
        raise NoEvidence("no pixel of the canvas is covered and finite on both sides.")
    field, by_amplitude = np.where(mask, field, 0), parts_with_a_picture(evidence)[0] == "amplitude"
    if evidence.scenario.dataset.source == "file":
        fitted = gauges.fit(field, reference, mask, by_amplitude)
        inside = shifted_mask(mask, fitted.shift_x, fitted.shift_y)
        aligned, mask_of_both = gauges.apply(field, fitted), mask & inside
    else:
        aligned, mask_of_both = field * np.exp(1j * gauges.fit_global_phase(field, reference, mask)), mask
    if not mask_of_both.any():
        raise NoEvidence("no covered pixel is left after the free shift of the measured data was taken away.")
    return Aligned(aligned, reference, mask_of_both, field, mask, by_amplitude)
