"""The tensor is multiplied by a factor, or something was added to all of it."""

from collections.abc import Iterator

import numpy as np

from harness.arrays import Array
from harness.judge.hypotheses.known import OTHERS, Candidate, Known
from harness.judge.hypotheses.values.numbers import PRECISE, name_of

_NEAR = 1e-3


def scaled(known: Known) -> Iterator[Candidate]:
    """A factor that is a number of the case, such as rows x columns, or a simple fraction."""
    factor = factor_of(known.own, known.other)
    if factor is not None and (name := _name(factor, known)):
        text = f"{OTHERS} times {formatted(factor)}" + (f" ({name})" if name != formatted(factor) else "")
        yield Candidate(text, factor * known.other)


def multiplied(known: Known) -> Iterator[Candidate]:
    """Any other factor; another epsilon is one, too, where all variances are alike, and is tried before."""
    factor = factor_of(known.own, known.other)
    if factor:
        yield Candidate(f"{OTHERS} times {formatted(factor)}", factor * known.other, fitted=True)


def _name(factor: complex, known: Known) -> str:
    return "" if np.iscomplex(factor) else name_of(factor, known.numbers, PRECISE[known.worked_in])


def raised(known: Known) -> Iterator[Candidate]:
    """A number was added to every value."""
    added = known.own.mean() - known.other.mean()
    yield Candidate(f"{OTHERS} plus {added:.6g}", known.other + added, fitted=True)


def factor_of(own: Array, other: Array) -> complex | None:
    """Factor of `other` that fits `own` best (least squares), real where both are; None where `other` is zero."""
    energy = np.vdot(other, other).real
    if not energy:
        return None
    found = complex(np.vdot(other, own) / energy)
    return found if abs(found.imag) > PRECISE["float64"] * abs(found) else found.real


def formatted(factor: complex) -> str:
    """Write a factor; one near 1 as `1 +DIFFERENCE`."""
    return f"1 {factor.real - 1:+.3g}" if abs(factor - 1) < _NEAR else f"{factor:.6g}"
