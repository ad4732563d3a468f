"""Adam's first step by its formula: worked out by hand, and silent where it does not speak."""

import numpy as np
import pytest

from harness.judge.adam import off_formula
from harness.ports.contract import Contract

OPTIONS = {"optimiser": "adam", "learning_rate": 0.1, "beta_1": 0.5, "beta_2": 0.75, "epsilon": 1.0}
KERAS, TORCH = "before the correction of the bias", "after the correction of the bias"
# A gradient of 4: first moment 0.5 * 4, second moment 0.25 * 16.
BEFORE = {"w": np.array([3.0])}
MOMENTS = {"w.first_moment": np.array([2.0]), "w.second_moment": np.array([4.0])}


def contract(**options: object) -> Contract:
    return Contract(
        network="stated", weights=(), stages=(), losses=(), optimiser_state=("first_moment", "second_moment"),
        scale=None, region=16, options={**OPTIONS, **options},
    )  # fmt: skip


@pytest.mark.parametrize(("added", "step"), [(KERAS, 0.1 * 4 * 0.5 / (2 + 1)), (TORCH, 0.1 * 4 / (2 / 0.5 + 1))])
def test_a_step_by_the_formula(added: str, step: float) -> None:
    after = {"w": BEFORE["w"] - step, **MOMENTS}
    assert off_formula(contract(epsilon_added=added), BEFORE, after, "w") == pytest.approx(0, abs=1e-15)
    other = TORCH if added == KERAS else KERAS
    assert off_formula(contract(epsilon_added=other), BEFORE, after, "w") > 4e-3


@pytest.mark.parametrize("options", [{"optimiser": "sgd"}, {"weight_decay": 0.1}])
def test_another_rule_is_not_judged(options: dict[str, object]) -> None:
    assert off_formula(contract(**options), BEFORE, {"w": BEFORE["w"], **MOMENTS}, "w") is None


def test_nothing_is_said_of_a_weight_without_moments() -> None:
    assert off_formula(contract(), BEFORE, dict(BEFORE), "w") is None
