"""What is measured between two trainings of one backend, and what that proposes."""

import pytest

from harness.errors import HarnessError
from harness.judge.calibration import Measurement, measure, propose
from harness.judge.tolerances import Limit
from harness.scenario.case import Case

MEAN = Limit("patches.mean", 0.1, "at most", 0.0, "ledger")
LIKENESS = Limit("agreement.pearson_r", 0.8, "at least", 1.0, "ledger")
OWN = Limit("patches.mean", 0.3, "at most", 0.0, "scenario gs.yaml:3")


def measured(limit, *values, case="gs"):
    return [Measurement(limit, case, "torch", draw, value) for draw, value in enumerate(values, 1)]


def case_of(folder):
    return Case("gs", "gs", folder.path, "stable", folder.scenario, {}, {})


def test_the_figures_between_a_backend_and_itself(gs2, gs1_phase, sound_cases):
    """The second training lies elsewhere; figures of one side alone are no noise."""
    gs2.change_arrays("torch/inference_outputs/patches.npz", patches=lambda p: 1.05 * p)
    gs2.change_json("torch/bundle/params.json", lambda p: p["intensity_scale"].update(final=1.0))
    weights = gs2.path / "torch/bundle/weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4] + b"\0\0\0\0")
    found = {one.limit.name: one for one in measure(case_of(gs2), "torch", 2, sound_cases["gs2"].path, gs2.path)}
    assert found["patches.mean"].value == pytest.approx(0.05 / 1.05, rel=1e-3)
    assert found["telemetry.final_loss"].value == 0
    assert found["agreement.shift"].limit.value == 0.5
    assert {"scale.sides", "agreement.pearson_gap", "patches.var_zero_mean"} <= set(found)
    assert not {"patches.contrast", "scale.exact", "scale.closed_form"} & set(found)
    assert {(one.case, one.backend, one.draw) for one in found.values()} == {("gs", "torch", 2)}


def test_a_nudge_that_changed_nothing_is_no_measurement(gs2, sound_cases):
    with pytest.raises(
        HarnessError, match=r"gs, torch, draw 1: agreement\.two_sides: .* hold the same trained weights"
    ):
        measure(case_of(gs2), "torch", 1, sound_cases["gs2"].path, gs2.path)


def test_a_training_that_failed_is_named(gs2, sound_cases):
    gs2.stop("torch", "train", "killed after 60 s")
    with pytest.raises(HarnessError, match=r"gs, torch, draw 1: .*killed after 60 s"):
        measure(case_of(gs2), "torch", 1, sound_cases["gs2"].path, gs2.path)


@pytest.mark.parametrize(
    ("limit", "values", "worst", "proposed", "verdict"),
    [
        (MEAN, (0.01, 0.0312, 0.02), 2, 0.063, "tighter"),
        (MEAN, (0.07,), 1, 0.14, "looser"),
        (MEAN, (0.05, 0.04), 1, 0.1, "same"),
        (LIKENESS, (0.99, 0.9512), 2, 0.902, "tighter"),
        (LIKENESS, (0.85,), 1, 0.7, "looser"),
        (MEAN, (0.0, 0.0), 1, None, "none: no noise was seen"),
        (MEAN, (0.01, None), 2, None, "none: a draw has no finite value"),
        (LIKENESS, (-0.5,), 1, None, "none: the noise leaves nothing to ask for"),
    ],
)
def test_twice_the_worst_away_from_the_best_rounded_up_to_two_digits(limit, values, worst, proposed, verdict):
    (proposal,) = propose(measured(limit, *values))
    assert proposal.worst.draw == worst
    assert (proposal.value, proposal.verdict) == (proposed and pytest.approx(proposed), verdict)


def test_the_worst_is_over_all_cases_that_a_limit_holds_for():
    """A case with a limit of its own says nothing about the ledger's."""
    found = propose([*measured(MEAN, 0.01, case="a"), *measured(MEAN, 0.02, case="b"), *measured(OWN, 0.2, case="c")])
    assert [(one.limit.origin, one.worst.case, one.value) for one in found] == [
        ("ledger", "b", 0.04),
        ("scenario gs.yaml:3", "c", 0.4),
    ]
