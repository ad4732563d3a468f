import math

import pytest

from harness import formatting


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (math.nan, "-"),
        (0.000123456, "0.0001235"),
        (1e-12, "1e-12"),
        (516, "516"),
        (True, "yes"),
        (False, "no"),
        ("gpu", "gpu"),
    ],
)
def test_figure(value: object, text: str) -> None:
    assert formatting.number(value) == text


@pytest.mark.parametrize("value", [0.1 + 0.2, 1e-300, -5.0, 123456789.123456789])
def test_exact_keeps_every_digit(value: float) -> None:
    assert float(formatting.exact(value)) == value


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), (8.26, "8.3 s"), (125.4, "2 min 05 s"), (3720, "1 h 02 min"), (59.99, "60.0 s")]
)
def test_seconds(value: float | None, text: str) -> None:
    assert formatting.seconds(value) == text


@pytest.mark.parametrize(
    ("margin", "text"),
    [(None, "-"), (1.0, "0 %"), (0.63, "37 %"), (0.0, "100 %"), (-2.0, "300 %"), (-1e6, "1e+06 times")],
)
def test_used(margin: float | None, text: str) -> None:
    assert formatting.share_of_limit(margin) == text


def test_table_aligns_its_columns() -> None:
    assert formatting.table(("a", "long"), [("wide", "x"), ("y", "z")]) == "a     long\nwide  x\ny     z"
