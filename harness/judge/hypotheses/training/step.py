"""The step of the optimiser is longer or shorter, has another sign, or was not taken."""

from collections.abc import Iterator, Mapping

from harness.judge.hypotheses.known import OTHERS, Candidate, Known
from harness.judge.hypotheses.training.constants import constants
from harness.judge.hypotheses.values.numbers import name_of
from harness.judge.hypotheses.values.scaled import factor_of
from harness.ports.contract import Value


def rounded_number(value: float) -> str:
    """A fitted number as a reader wants it."""
    return f"{value:.6g}"


def step(known: Known) -> Iterator[Candidate]:
    """The same step, times a factor; the bias correction of Adam's moments is such a factor, too."""
    known_step = known.optimiser
    if known.kind != "weight" or known_step is None:
        return
    before = known_step.start if known_step.step == 1 else known_step.before
    if before is None or before.shape != known.own.shape:
        return
    yield Candidate("what it was before the step: it was not moved", before)
    yield Candidate(f"{OTHERS} with the step in the opposite direction", 2 * before - known.other)
    factor = factor_of(known.own - before, known.other - before)
    if factor is not None and factor:
        name = _name(factor.real, known.options, known_step.step)
        length = rounded_number(factor.real)
        text = f"{OTHERS} with a step of {length} times the length" + (f" ({name})" if name not in ("", length) else "")
        yield Candidate(text, before + factor.real * (known.other - before), fitted=not name)


def _name(factor: float, options: Mapping[str, Value], step: int) -> str:
    """What a factor of the step is: the bias correction of Adam that is missing, or a simple fraction."""
    for name, value in without_bias_correction(options, step).items():
        if abs(factor - value) <= _NEAR * abs(value):
            return name
    return name_of(factor, {})


_NEAR = 1e-6
"""Relative: epsilon, which is not corrected with the moments, keeps the factor from being exact."""


def without_bias_correction(options: Mapping[str, Value], step: int) -> dict[str, float]:
    """Factors of a step of Adam whose moments are not divided by `1 - beta^t` (Kingma and Ba, 2015, algorithm 1)."""
    if (stated := constants(options)) is None:
        return {}
    first, second = (1 - beta**step for beta in stated[:2])
    return {
        "no bias correction of the moments": first / second**0.5,
        "no bias correction of the first moment": first,
        "no bias correction of the second moment": 1 / second**0.5,
    }


def stale(known: Known) -> Iterator[Candidate]:
    """The weight of the step before, or of the one after: something is updated too late, or too early."""
    optimiser = known.optimiser
    if optimiser is None or optimiser.step == 1 or known.kind not in ("weight", "state"):
        return
    for when, value in (("before", optimiser.before), ("after", optimiser.after)):
        if value is not None and value.shape == known.own.shape:
            yield Candidate(f"{OTHERS} of the step {when}", value)
