"""The transforms of tfkbnufft 0.2.5 and of torchkbnufft 1.5.2, against each other and against an exact one."""

import pytest

from tests.subjects.published import Judged

pytestmark = pytest.mark.subjects
SIDES = ("tfkbnufft", "torchkbnufft")
STAGES = ("transform", "output")


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    return Judged("nufft", ["nufft"], tmp_path_factory.mktemp("nufft"))


@pytest.mark.parametrize("rung", ["spec", "stages", "loss", "gradient", "step", "trajectory"])
def test_the_sides_agree(judged: Judged, rung: str) -> None:
    assert judged.named("nufft", rung, "fail", "error", "declared") == set()


@pytest.mark.parametrize("stage", STAGES)
def test_they_agree_to_the_digits_of_float32_and_float64_cannot_be_had(judged: Judged, stage: str) -> None:
    stages = judged.checks("nufft", "stages")
    single, double = stages[f"float32.{stage}"], stages[f"float64.{stage}"]
    assert (single["status"], double["status"]) == ("pass", "inconclusive")
    assert single["value"] < 3e-7
    assert "both sides compute it in float32, so float64 cannot be had" in double["message"]


def test_the_oracle_disagrees_with_both_and_that_is_told_apart(judged: Judged) -> None:
    physics = judged.checks("nufft", "physics")
    precise = [f"{precision}.{stage}" for precision in ("float32", "float64") for stage in STAGES]
    expected = {f"{side}.{name}" for side in SIDES for name in precise}
    assert judged.named("nufft", "physics", "fail") == physics.keys() == expected
    assert all(5e-4 < check["value"] < 1.5e-3 for check in physics.values())
