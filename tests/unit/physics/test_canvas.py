"""Stitching: required size, placing, coverage, and the energy lost on a canvas that is too small."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.physics import canvas, translation

seeds = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize(("offset", "expected"), [(0.0, 64), (0.2, 66), (3.0, 70), (383.23, 832)])
def test_required_size_has_the_parity_of_the_patch(offset, expected):
    assert canvas.required_size(64, np.array([[offset, -offset / 2]])) == expected
    assert canvas.required_size(65, np.array([[0.0, -offset]])) == expected + 1


def test_positions_are_centred_on_their_centre_of_mass():
    centre, relative = canvas.centred(np.array([[1.0, 3.0]]), np.array([[10.0, 0.0]]))
    assert centre.tolist() == [2.0, 5.0]
    assert relative.tolist() == [[-1.0, 5.0], [1.0, -5.0]]


@pytest.mark.parametrize("side", [5, 6])
def test_a_patch_lands_where_its_position_says(side):
    patch = np.zeros((1, side, side), dtype=complex)
    patch[0, side // 2, side // 2] = 1j
    placed, _ = canvas.place(patch, np.array([[4.0, -3.0]]), np.ones((side, side)), 20)
    assert placed[10 - 3, 10 + 4] == 1j
    assert np.count_nonzero(placed) == 1


@given(seeds, st.sampled_from([6, 7]), st.integers(20, 31))
def test_placing_is_the_adjoint_of_cutting(seed, side, size):
    rng = np.random.default_rng(seed)
    positions = rng.uniform(-16, 16, (4, 2))
    patches = rng.normal(size=(4, side, side))
    image = rng.normal(size=(size, size))
    cut = translation.cut(image, positions[:, 0] + size // 2, positions[:, 1] + size // 2, side)
    np.testing.assert_allclose(np.vdot(canvas.accumulate(patches, positions, size), image), np.vdot(patches, cut))


@given(seeds)
def test_a_scene_cut_and_placed_again_is_the_scene_where_covered(seed):
    rng = np.random.default_rng(seed)
    images = rng.normal(size=(40, 40)) + 1j * rng.normal(size=(40, 40))
    positions = rng.integers(-10, 11, (12, 2)).astype(float)
    patches = translation.cut(images, positions[:, 0] + 20, positions[:, 1] + 20, 8)
    weight = rng.uniform(0.1, 1.0, (8, 8))
    placed, coverage = canvas.place(patches, positions, weight, 40)
    np.testing.assert_allclose(placed[coverage > 0], images[coverage > 0])
    assert np.all(placed[coverage == 0] == 0)


@given(seeds, st.integers(4, 12))
def test_nothing_is_lost_exactly_when_the_canvas_is_large_enough(seed, side):
    positions = np.random.default_rng(seed).uniform(-20, 20, (6, 2))
    required = canvas.required_size(side, positions)
    assert canvas.loss_fraction(positions, side, required) < 1e-15
    assert canvas.loss_fraction(positions, side, required - 4) > 0


def test_a_canvas_beside_all_patches_loses_everything():
    assert canvas.loss_fraction(np.array([[300.0, 0.0], [0.0, 300.0]]), 64, 78) == 1.0
