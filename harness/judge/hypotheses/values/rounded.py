"""The tensor was rounded: to another type of numbers, or to whole numbers."""

from collections.abc import Callable, Iterator

import numpy as np

from harness.arrays import Array
from harness.judge.comparing import relative_error
from harness.judge.hypotheses.known import OTHERS, Candidate, Known

_MARGIN = 1e3
"""Roundings of a type by which a tensor that was computed in it may be off."""


def _mantissa(bits: int) -> Callable[[Array], Array]:
    """Round float32 values to a mantissa of so many bits, to nearest, ties to even, as the hardware does."""
    low = 23 - bits

    def rounded(real: Array) -> Array:
        whole = real.astype(np.float32).view(np.uint32)
        half = np.uint32((1 << (low - 1)) - 1) + ((whole >> np.uint32(low)) & np.uint32(1))
        return ((whole + half) & np.uint32(0xFFFFFFFF << low & 0xFFFFFFFF)).view(np.float32).astype(np.float64)

    return rounded


TYPES: dict[str, tuple[float, Callable[[Array], Array]]] = {
    "float32": (2.0**-23, lambda real: real.astype(np.float32).astype(np.float64)),
    "float16": (2.0**-10, lambda real: real.astype(np.float16).astype(np.float64)),
    "TF32": (2.0**-10, _mantissa(10)),
    "bfloat16": (2.0**-7, _mantissa(7)),
}
"""By name: the distance from 1 to the next number, and what rounds real numbers to the type."""


def rounded_to(name: str, array: Array) -> Array:
    """An array in float64 or complex128, rounded to a type of TYPES."""
    _, rounding = TYPES[name]
    if np.iscomplexobj(array):
        return rounding(np.ascontiguousarray(array.real)) + 1j * rounding(np.ascontiguousarray(array.imag))
    return rounding(np.ascontiguousarray(array))


def rounded(known: Known) -> Iterator[Candidate]:
    """The right values, rounded once."""
    for name in _narrower(known):
        yield Candidate(f"{OTHERS}, rounded to {name}", rounded_to(name, known.other))
    if not np.iscomplexobj(known.other) and np.ptp(np.round(known.other)):  # to one number anything can be rounded
        yield Candidate(f"{OTHERS}, rounded to whole numbers", np.round(known.other))
        yield Candidate(f"{OTHERS}, cut to whole numbers", np.trunc(known.other))


def computed_in(known: Known) -> Iterator[Candidate]:
    """Every value of the tensor is one of a narrower type, and off by rounding of that: it was computed in it."""
    error = relative_error(known.own, known.other)
    for name in reversed(_narrower(known)):
        alike = np.array_equal(known.own, rounded_to(name, known.own))
        held = np.array_equal(known.other, rounded_to(name, known.other))
        if alike and not held and error is not None and error <= _MARGIN * TYPES[name][0]:
            text = "single precision" if name == "float32" else name
            yield Candidate(f"a tensor of {text}", known.own)


def _narrower(known: Known) -> list[str]:
    """The types that are narrower than what was asked for, the widest first."""
    return [name for name in TYPES if name != "float32" or known.precision == "float64"]
