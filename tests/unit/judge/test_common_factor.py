"""One factor in all gradients is told once; two different ones, or one wrong tensor, are none."""

import numpy as np
import pytest

from harness.arrays import Weights
from harness.judge.common_factor import common_factor

GRADIENTS: Weights = {"a": np.arange(1.0, 5.0), "b": np.array([[2.0, -3.0]])}


def scaled(**factors: float) -> Weights:
    return {name: factors[name] * GRADIENTS[name] for name in GRADIENTS}


def test_a_factor_of_all_is_found_and_taken_out() -> None:
    candidate = scaled(a=19730.7, b=19730.7)
    found = common_factor(GRADIENTS, candidate)
    assert found is not None
    assert found.factor == pytest.approx(19730.7, rel=1e-14)
    assert found.cosine == pytest.approx(1.0, abs=1e-14)
    assert all(np.allclose(found.taken_out(candidate)[name], GRADIENTS[name], rtol=1e-14) for name in GRADIENTS)


def test_the_type_of_a_tensor_stays() -> None:
    candidate = {name: (-2 * tensor).astype(np.float32) for name, tensor in GRADIENTS.items()}
    found = common_factor(GRADIENTS, candidate)
    assert found is not None
    assert {tensor.dtype for tensor in found.taken_out(candidate).values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    "candidate",
    [scaled(a=1, b=1), scaled(a=2, b=3), scaled(a=1 + 1e-9, b=1 + 1e-9), scaled(a=1, b=1.1), scaled(a=0, b=0)],
    ids=["none", "two", "rounding", "one tensor", "zero"],
)
def test_anything_else_is_no_common_factor(candidate: Weights) -> None:
    assert common_factor(GRADIENTS, candidate) is None


def test_what_is_not_finite_has_none() -> None:
    assert common_factor(GRADIENTS, scaled(a=np.nan, b=2)) is None


@pytest.mark.filterwarnings("error")
def test_complex_tensors_have_one_as_well() -> None:
    reference = {"a": np.arange(1.0, 5.0) * (1 + 2j)}
    found = common_factor(reference, {"a": 3 * reference["a"]})
    assert found is not None
    assert found.factor == pytest.approx(3)
    assert common_factor(reference, {"a": np.conj(reference["a"])}) is None
