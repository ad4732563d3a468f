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
    [
        (None, "-"),
        (1.0, "0 %"),
        (0.63, "37 %"),
        (0.0, "100 %"),
        (-2.0, "300 %"),
        (-13.0, "14 times"),
        (1 - 2104.0, "2.1 thousand times"),
        (-1e6, "1 million times"),
        (-1e12, "1 trillion times"),
        (-1e30, "more than a thousand trillion times"),
    ],
)
def test_used(margin: float | None, text: str) -> None:
    assert formatting.share_of_limit(margin) == text


@pytest.mark.parametrize(
    ("margin", "words"),
    [(1.0, "less than a hundredth"), (0.9, "a tenth"), (0.65, "a third"), (0.5, "half"), (0.0, "nearly all")],
)
def test_part_of_a_limit_is_said_in_words(margin: float, words: str) -> None:
    assert formatting.part_of_limit(margin) == words


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("losses [-12.950458813527597, -12.950458733626604] above -13.4181", "losses [-13, -13] above -13.4"),
        ("photons, 6.3999794e+10 of 6.4e+10", "photons, 6.4e+10 of 6.4e+10"),
        ("tensorflow 2.20.0, numpy 2.4.6rc1 in encoder.0.conv1, file a_1.23456.npz, 1e-12", None),
        ("957.5185546875 in history.", "958 in history."),
    ],
)
def test_sentences_carry_three_digits_and_names_stay(text: str, short: str | None) -> None:
    assert formatting.rounded(text) == (text if short is None else short)


def test_table_aligns_its_columns() -> None:
    assert formatting.table(("a", "long"), [("wide", "x"), ("y", "z")]) == "a     long\nwide  x\ny     z"
