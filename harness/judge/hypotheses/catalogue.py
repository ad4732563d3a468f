"""Every hypothesis, in the order in which they are tried: the simplest, and those without a fitted number, first."""

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.judge.evidence import Evidence
from harness.judge.hypotheses.gathering import attempted, known_of
from harness.judge.hypotheses.joined import WORDS, joined_of
from harness.judge.hypotheses.known import OTHERS, Hypothesis, Known
from harness.judge.hypotheses.layers.catalogue import layers
from harness.judge.hypotheses.losses.errors import amplitude_error, total_variation
from harness.judge.hypotheses.losses.poisson import poisson
from harness.judge.hypotheses.losses.weighting import weighting
from harness.judge.hypotheses.optics.counting import counting
from harness.judge.hypotheses.optics.diffraction import diffraction
from harness.judge.hypotheses.optics.illumination import illumination
from harness.judge.hypotheses.optics.merging import merging
from harness.judge.hypotheses.optics.offsets import offsets
from harness.judge.hypotheses.training.adam import adam, moments
from harness.judge.hypotheses.training.clipping import clipping
from harness.judge.hypotheses.training.decay import decay
from harness.judge.hypotheses.training.momentum import momentum
from harness.judge.hypotheses.training.statistics import statistics
from harness.judge.hypotheses.training.step import stale, step
from harness.judge.hypotheses.trial import Explanation, explanation
from harness.judge.hypotheses.values.conjugate import conjugate
from harness.judge.hypotheses.values.functions import functions
from harness.judge.hypotheses.values.heads import heads
from harness.judge.hypotheses.values.parts import constant, coupled, zeroed
from harness.judge.hypotheses.values.reordered import reordered
from harness.judge.hypotheses.values.rounded import computed_in, rounded
from harness.judge.hypotheses.values.scaled import multiplied, raised, scaled
from harness.judge.hypotheses.values.shifted import shifted
from harness.judge.hypotheses.values.sign import sign
from harness.judge.hypotheses.values.swapped import swapped
from harness.judge.hypotheses.values.turned import turned

if TYPE_CHECKING:
    from harness.judge.localisation import ComparedTensor

COMPUTED: tuple[Hypothesis, ...] = (
    counting, illumination, diffraction, offsets, merging, poisson, amplitude_error, total_variation, layers,
)  # fmt: skip
"""Those that first prove that the right tensor is what is stated."""
HYPOTHESES: tuple[Hypothesis, ...] = (
    sign, conjugate, turned, swapped, rounded, *COMPUTED[:-1], weighting,
    stale, statistics, moments, adam, momentum, clipping, step, decay,
    constant, shifted, reordered, heads, scaled, coupled, zeroed, layers, multiplied, raised, functions, computed_in,
)  # fmt: skip


def explained_by_trial(evidence: Evidence, first: "ComparedTensor") -> Explanation | None:
    """What the first wrong tensor is instead, alone or as all others of its kind; None where nothing explains it.

    Where it is itself what is stated, the reference may be wrong.
    """
    known = known_of(evidence, first)
    return explanation(known, HYPOTHESES) or _of_all(evidence, first) or _of_the_reference(known)


def _of_all(evidence: Evidence, first: "ComparedTensor") -> Explanation | None:
    together = attempted(lambda: joined_of(evidence, first))
    found = None if together is None else explanation(together, HYPOTHESES)
    if together is None or found is None:
        return None
    return replace(found, sentence=f"{found.sentence}, like every other {WORDS[together.kind]}")


def _of_the_reference(known: Known) -> Explanation | None:
    """The same the other way round."""
    found = explanation(replace(known, own=known.other, other=known.own), COMPUTED)
    if found is None:
        return None
    return replace(found, sentence=f"as stated, and {OTHERS} is this one{found.sentence.removeprefix(OTHERS)}")
