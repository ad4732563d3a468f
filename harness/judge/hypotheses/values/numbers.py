"""Names of factors: numbers of the case, their powers, and small fractions."""

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction

from harness.arrays import Precision

PRECISE: dict[Precision, float] = {"float64": 1e-9, "float32": 1e-6}
"""Relative: how near to a number a factor must be to bear its name."""
POWERS: tuple[tuple[float, str], ...] = (
    (1, "{}"),
    (-1, "1 / {}"),
    (0.5, "root of {}"),
    (-0.5, "1 / root of {}"),
    (2, "{}, squared"),
    (-2, "1 / {}, squared"),
)
GENERAL = {"root of 2": math.sqrt(2), "pi": math.pi, "2 pi": 2 * math.pi}
"""Numbers that are known of any case."""
LARGEST_DENOMINATOR = 32
"""Fractions such as 13/12 are told up to here: a mean that was divided by the wrong count."""


def name_of(factor: complex, numbers: Mapping[str, float], precise: float = PRECISE["float64"]) -> str:
    """What a factor is, such as `1 / rows x columns`; at most two names where several numbers are alike, empty if none."""
    size = abs(factor)
    found = [text for number, text in _named(numbers) if abs(size - number) <= precise * number]
    whole = Fraction(size).limit_denominator(LARGEST_DENOMINATOR) if size < LARGEST_DENOMINATOR else Fraction(0)
    if not found and whole and whole.denominator > 1 and abs(size - float(whole)) <= precise * size:
        found = [str(whole)]
    return " or ".join(found[:2])


def _named(numbers: Mapping[str, float]) -> Iterator[tuple[float, str]]:
    """Every number and its powers, with their names; what is 0, or 1 itself, is no factor."""
    for power, text in POWERS:
        for name, number in {**numbers, **GENERAL}.items():
            if number > 0 and math.isfinite(number) and number != 1:
                yield number**power, text.format(name)
