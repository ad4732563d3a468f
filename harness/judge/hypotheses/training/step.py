"""The step of the optimiser is longer or shorter, has another sign, or was not taken."""

from collections.abc import Iterator

from harness.arrays import Array
from harness.judge.hypotheses.known import OTHERS, Candidate, Known, Optimiser
from harness.judge.hypotheses.values.numbers import name_of
from harness.judge.hypotheses.values.scaled import factor_of


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
        name = _name(factor.real, known, known_step)
        text = f"{OTHERS} with a step of {factor.real:.6g} times the length" + (f" ({name})" if name else "")
        yield Candidate(text, before + factor.real * (known.other - before), fitted=not name)


def _name(factor: float, known: Known, optimiser: Optimiser) -> str:
    """What a factor of the step is: the bias correction of Adam that is missing, or a number of the case."""
    for name, value in without_bias_correction(optimiser).items():
        if abs(factor - value) <= _NEAR * abs(value):
            return name
    return name_of(factor, known.numbers)


_NEAR = 1e-6
"""Relative: epsilon, which is not corrected with the moments, keeps the factor from being exact."""


def without_bias_correction(optimiser: Optimiser) -> dict[str, float]:
    """Factors of a step of Adam whose moments are not divided by `1 - beta^t` (Kingma and Ba, 2015, algorithm 1)."""
    options, step = optimiser.options, optimiser.step
    betas = options.get("adam_betas") or [options.get("beta_1"), options.get("beta_2")]
    if not isinstance(betas, list) or len(betas) != 2 or not all(isinstance(beta, int | float) for beta in betas):
        return {}
    first, second = (1 - float(beta) ** step for beta in betas if beta is not None)
    return {
        "no bias correction of the moments": first / second**0.5,
        "no bias correction of the first moment": first,
        "no bias correction of the second moment": 1 / second**0.5,
    }


def stale(known: Known) -> Iterator[Candidate]:
    """The weight of the step before, or of the one after: something is updated too late, or too early."""
    found: tuple[tuple[str, Array | None], ...] = ()
    if known.optimiser is not None and known.kind in ("weight", "state"):
        found = (("before", known.optimiser.before), ("after", known.optimiser.after))
    for when, value in found:
        if value is not None and value.shape == known.own.shape:
            yield Candidate(f"{OTHERS} of the step {when}", value)
