"""Placements made by hand, whose canvas and losses are known without any code of the house."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.files import read_json
from harness.judge import reassembly
from harness.physics.canvas import accumulate, loss_fraction

N = 64
BY_HAND = np.array([[-10.0, 0.0], [10.0, 0.0], [0.0, 5.0]])
"""Centre of mass aside; the farthest patch is 10 pixels off, so a canvas of 64 + 2 * 10 pixels is required."""


def test_offsets_by_hand_on_a_canvas_that_just_holds_them():
    found = reassembly.placement(BY_HAND, N, 84)
    assert found.offsets == {"x": {"min": -10.0, "max": 10.0}, "y": {"min": 0.0, "max": 5.0}}
    assert (found.size, found.required, found.fits_canvas, found.max_abs_offset) == (84, 84, True, 10.0)
    assert found.patches == 3
    assert found.padded_sum == found.required_sum == 3 * N * N
    assert found.loss_fraction == 0.0


def test_what_falls_beyond_a_canvas_that_is_ten_pixels_too_small():
    """On 74 pixels the left and the right patch lose five columns each, the third nothing."""
    found = reassembly.placement(BY_HAND, N, 74)
    assert (found.required, found.fits_canvas) == (84, False)
    assert found.required_sum == 3 * N * N
    assert found.padded_sum == 3 * N * N - 2 * 5 * N
    assert found.loss_fraction == pytest.approx(2 * 5 * N / (3 * N * N))


def test_half_a_pixel_needs_a_whole_one_on_either_side():
    """Bilinear: half of the outermost column falls beyond a canvas of the patch's own size."""
    found = reassembly.placement(np.array([[0.5, 0.0]]), N, N)
    assert (found.required, found.fits_canvas) == (N + 2, False)
    assert found.padded_sum == pytest.approx(N * N - 0.5 * N)
    assert found.loss_fraction == pytest.approx(0.5 / N)


@given(st.integers(0, 2**32 - 1), st.integers(8, 60), st.sampled_from([8, 9]))
def test_the_sums_are_those_of_patches_that_are_really_placed(seed, size, N):
    positions = np.random.default_rng(seed).uniform(-20, 20, (5, 2))
    found = reassembly.placement(positions, N, size)
    assert found.padded_sum == pytest.approx(accumulate(np.ones((5, N, N)), positions, size).sum(), abs=1e-9)
    assert found.required_sum == pytest.approx(5 * N * N)
    assert found.loss_fraction == pytest.approx(loss_fraction(positions, N, size), abs=1e-12)


def test_the_halves_of_a_case_and_its_sides(gs2):
    evidence = gs2.evidence
    halves = {half: reassembly.of_half(evidence, half) for half in reassembly.HALVES}
    side = reassembly.of_side(evidence, "torch")
    setup = read_json(gs2.path / "dataset" / "setup.json")
    assert halves["test"] == side  # a side stitches the test half, on the canvas that was made for it
    assert (side.size, side.required) == (setup["canvas_size"], setup["canvas_size"])
    with np.load(gs2.path / "dataset" / "train.npz") as train:
        drawn = np.unique(train["groups"])
        x = train["x"][drawn]
    assert halves["train"].patches == len(drawn) <= setup["train_patterns"]
    assert halves["train"].offsets["x"] == pytest.approx({"min": x.min() - x.mean(), "max": x.max() - x.mean()})


def test_a_side_is_held_against_the_canvas_that_it_used(gs2):
    folder = gs2.path / "torch" / "inference_outputs"
    size = read_json(folder / "canvas.json")["size"]
    for name in ("amplitude", "phase", "coverage"):
        gs2.change_array(f"torch/inference_outputs/{name}.npy", lambda array: array[3:-3, 3:-3])
    gs2.change_json("torch/inference_outputs/canvas.json", lambda facts: facts.update(size=size - 6))
    found = reassembly.of_side(gs2.evidence, "torch")
    assert (found.size, found.fits_canvas) == (size - 6, False)
    assert found.loss_fraction > 0
    assert reassembly.of_side(gs2.evidence, "tensorflow").fits_canvas
