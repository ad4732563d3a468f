import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.judge.comparing import difference, mismatch, not_finite, paired, relative_difference, relative_error

NUMBERS = st.floats(-1e9, 1e9)


def test_shape_and_type_are_named():
    assert "shapes differ: (2, 3) and (3, 2)" in mismatch(np.zeros((2, 3)), np.zeros((3, 2)))
    assert "float32 and float64" in mismatch(np.zeros(2, np.float32), np.zeros(2))
    assert mismatch(np.zeros(2), np.ones(2)) == ""


def test_values_that_are_not_finite_are_counted():
    assert not_finite(np.array([1, np.nan, np.inf])) == "2 of 3 values are not finite"
    assert not_finite(np.ones(3)) == ""


def test_relative_error_is_of_the_largest_value():
    assert relative_error(np.array([10.0, 1.1]), np.array([10.0, 1.0])) == pytest.approx(0.01)
    assert relative_error(np.array([1.0]), np.zeros(1)) is None
    assert np.isnan(relative_error(np.array([np.nan]), np.ones(1)))


def test_float32_differences_are_taken_in_float64():
    a = np.array([1e8], np.float32)
    assert relative_error(a, a.astype(np.float64) + 1) == pytest.approx(1e-8)


@given(NUMBERS, NUMBERS)
def test_relative_difference_is_symmetric_and_bounded(a, b):
    assert relative_difference(a, b) == relative_difference(b, a)
    assert 0 <= relative_difference(a, b) <= 2


def test_relative_difference_of_special_values():
    assert relative_difference(0.0, 0.0) == 0
    assert relative_difference(None, 1.0) is None
    assert np.isnan(relative_difference(np.nan, 1.0))
    assert np.isnan(relative_difference(0.0, np.nan))
    assert np.isnan(relative_difference(np.nan, 0.0))


def test_two_sets_are_paired_by_name_in_the_order_of_the_first():
    pairs = paired({"b": 1.0, "a": np.nan}, {"c": 3.0, "a": 2.0})
    assert [pair.name for pair in pairs] == ["b", "a", "c"]
    assert [pair.is_in_both for pair in pairs] == [False, True, False]
    assert (pairs[0], pairs[2]) == (("b", 1.0, None), ("c", None, 3.0))


@pytest.mark.parametrize("broken", [None, np.nan, np.inf])
def test_a_difference_is_of_two_finite_figures(broken):
    assert difference(1.0, 3.0) == 2.0
    assert difference(broken, 3.0) is None
    assert difference(1.0, broken) is None
