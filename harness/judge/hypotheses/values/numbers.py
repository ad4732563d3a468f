"""Names of factors: numbers of the case, their powers, and small fractions."""

import math
from collections.abc import Mapping
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
GENERAL = {
    "root of 2": math.sqrt(2),
    "1 / root of 2": 1 / math.sqrt(2),
    "pi": math.pi,
    "1 / pi": 1 / math.pi,
    "2 pi": 2 * math.pi,
    "1 / 2 pi": 0.5 / math.pi,
}
"""Numbers that are known of any case."""
LARGEST_DENOMINATOR = 32
"""Fractions such as 13/12 are told up to here: a mean that was divided by the wrong count."""


def name_of(factor: complex, numbers: Mapping[str, float], precise: float = PRECISE["float64"]) -> str:
    """What a factor is, such as `1 / rows x columns`: at most two names of numbers that are alike, or a fraction.

    Empty where it is no number of the case.
    """
    size = abs(factor)
    for power, text in POWERS:
        found = [text.format(name) for name, number in numbers.items() if _is_power(size, number, power, precise)]
        if found:
            return " or ".join(found[:2])
    for name, number in GENERAL.items():
        if abs(size / number - 1) <= precise:
            return name
    whole = Fraction(size).limit_denominator(LARGEST_DENOMINATOR) if size < LARGEST_DENOMINATOR else Fraction(0)
    return str(whole) if whole not in (0, 1) and abs(size - float(whole)) <= precise * size else ""


def _is_power(size: float, number: float, power: float, precise: float) -> bool:
    """Whether a factor is a power of a number; of a small number only itself: 2 is the root of many a 4."""
    if number <= 0 or number == 1 or not math.isfinite(number) or (number < LARGEST_DENOMINATOR and abs(power) != 1):
        return False
    return abs(size / number**power - 1) <= precise
