"""Statistics of two sides with known ratios."""

import numpy as np
import pytest

from harness.errors import HarnessError
from harness.judge import statistics


def figures(mean=2.0, std=0.5, var_zero_mean=0.25):
    part = {"mean": mean, "std": std, "var_zero_mean": var_zero_mean}
    return {"patches": part, "canvas": part}


def test_a_ratio_and_a_difference_by_hand():
    found = statistics.compared(figures(), figures(mean=3.0, std=0.25))
    assert found["patches"]["mean"] == {"baseline": 2.0, "candidate": 3.0, "ratio": 1.5, "difference": 1.0,
                                        "status": "compared"}  # fmt: skip
    assert (found["canvas"]["std"]["ratio"], found["canvas"]["std"]["difference"]) == (0.5, -0.25)
    assert set(found["patches"]) == {"mean", "std", "var_zero_mean"}


def test_a_collapsed_baseline_has_no_ratio():
    found = statistics.compared(figures(var_zero_mean=0.0), figures())["canvas"]["var_zero_mean"]
    assert found == {"baseline": 0.0, "candidate": 0.25, "ratio": None, "difference": 0.25,
                     "status": "blocked_baseline_zero"}  # fmt: skip


def test_a_collapsed_candidate_has_one():
    assert statistics.compared(figures(), figures(std=0.0))["patches"]["std"]["ratio"] == 0.0


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_a_figure_that_is_not_finite_is_not_compared(broken):
    for pair in ((figures(), figures(mean=broken)), (figures(mean=broken), figures())):
        found = statistics.compared(*pair)["patches"]["mean"]
        assert (found["ratio"], found["difference"], found["status"]) == (None, None, "blocked_not_finite")


def test_figures_of_a_side_over_the_covered_canvas_alone(gs2):
    """A canvas of 2 and 4 in two covered pixels has mean 3 and variance 1, whatever lies where nothing was placed."""
    amplitude = np.zeros(np.load(gs2.path / "torch/inference_outputs/amplitude.npy").shape)
    coverage = np.zeros_like(amplitude)
    amplitude[5, 5:8], coverage[5, 5:7] = (2.0, 4.0, 77.0), 1.0
    gs2.change_array("torch/inference_outputs/amplitude.npy", lambda _: amplitude)
    gs2.change_array("torch/inference_outputs/coverage.npy", lambda _: coverage)
    found = statistics.of_side(gs2.evidence, "torch")
    assert found["canvas"] == pytest.approx({"mean": 3.0, "std": 1.0, "var_zero_mean": 1.0})


def test_patches_made_twice_as_bright_have_twice_the_mean_and_four_times_the_variance(gs2):
    before = statistics.of_side(gs2.evidence, "torch")
    gs2.change_arrays("torch/inference_outputs/patches.npz", patches=lambda patches: 2 * patches)
    found = statistics.compared(before, statistics.of_side(gs2.evidence, "torch"))
    ratios = {name: entry["ratio"] for name, entry in found["patches"].items()}
    assert ratios == pytest.approx({"mean": 2.0, "std": 2.0, "var_zero_mean": 4.0})
    assert {entry["ratio"] for entry in found["canvas"].values()} == {1.0}  # the picture was not touched


def test_a_canvas_without_a_covered_pixel(gs2):
    gs2.change_array("torch/inference_outputs/coverage.npy", np.zeros_like)
    with pytest.raises(HarnessError, match="no pixel of its canvas is covered"):
        statistics.of_side(gs2.evidence, "torch")
