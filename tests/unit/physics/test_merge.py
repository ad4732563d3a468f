"""Merging and extraction of the patches of a group: sign of the offsets, coverage, adjoints, independence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.physics import translation
from harness.physics.canvas import required_size
from harness.physics.merge import central_weight, extract, extract_adjoint, merge, merge_adjoint, merging

N = 16
seeds = st.integers(0, 2**32 - 1)


def group(seed: int, count: int = 3, spread: float = 4.0) -> tuple[np.ndarray, np.ndarray, int]:
    """Random patches, offsets and padded size of `count` groups of four."""
    rng = np.random.default_rng(seed)
    positions = rng.uniform(-spread, spread, (count, 1, 2, 4))
    relative = -(positions - positions.mean(axis=-1, keepdims=True))
    patches = rng.normal(size=(count, N, N, 4)) + 1j * rng.normal(size=(count, N, N, 4))
    return patches, relative, required_size(N, relative)


def test_a_patch_is_placed_against_its_relative_offset():
    """Relative offsets are minus the position: a patch at position (+3, -2) lands 3 columns right, 2 rows up."""
    patches = np.zeros((1, N, N, 1))
    patches[0, N // 2, N // 2, 0] = 1.0
    merged = merge(patches, np.array([-3.0, 2.0]).reshape(1, 1, 2, 1), 24, np.ones((N, N)))
    assert np.argwhere(merged[0] > 0.5).tolist() == [[12 - 2, 12 + 3]]


@given(seeds)
def test_extraction_finds_what_lies_under_each_position(seed):
    """An object cut at the positions of a group, merged and cut again, is the object where it is covered."""
    rng = np.random.default_rng(seed)
    images = rng.normal(size=(40, 40))
    positions = rng.integers(-4, 5, (4, 2)).astype(float)
    patches = translation.cut(images, 20 + positions[:, 0], 20 + positions[:, 1], N)
    relative = -positions.T.reshape(1, 1, 2, 4)
    again = extract(merge(np.moveaxis(patches, 0, -1)[None], relative, 24, np.ones((N, N))), relative, N)
    np.testing.assert_allclose(np.moveaxis(again[0], -1, 0), patches, rtol=2e-3)


@given(seeds)
def test_merge_then_extract_keeps_constant_objects_up_to_the_coverage_floor(seed):
    _, relative, padded = group(seed)
    weight = central_weight(N, N)
    value = 0.7 - 1.3j
    again = extract(merge(np.full((3, N, N, 4), value), relative, padded, weight), relative, N)
    inner = again[:, 4:12, 4:12]
    np.testing.assert_allclose(inner, value, rtol=1.1e-3)
    assert np.abs(inner).max() < abs(value)


def test_uncovered_pixels_are_zero():
    patches, relative, padded = group(1)
    merged = merge(patches, relative, padded, central_weight(N, 4))
    assert merged[0, 0, 0] == 0
    assert np.abs(merged).max() > 0


@given(seeds)
def test_nothing_depends_on_the_other_groups_of_a_batch(seed):
    patches, relative, padded = group(seed)
    weight = central_weight(N, N // 2)
    together = merge(patches, relative, padded, weight)
    disturbed = patches.copy()
    disturbed[1:] *= 1e3
    np.testing.assert_array_equal(merge(disturbed, relative, padded, weight)[0], together[0])
    np.testing.assert_array_equal(merge(patches[:1], relative[:1], padded, weight)[0], together[0])


@given(seeds)
def test_adjoints(seed):
    patches, relative, padded = group(seed)
    rng = np.random.default_rng(seed)
    canvas = rng.normal(size=(3, padded, padded)) + 1j * rng.normal(size=(3, padded, padded))
    weight = central_weight(N, N // 2)
    merged = merge(patches, relative, padded, weight)
    np.testing.assert_allclose(np.vdot(merged, canvas), np.vdot(patches, merge_adjoint(canvas, relative, weight)))
    extracted = extract(canvas, relative, N)
    np.testing.assert_allclose(np.vdot(extracted, patches), np.vdot(canvas, extract_adjoint(patches, relative, padded)))


@pytest.mark.parametrize(("gridsize", "object_big"), [(1, True), (1, False), (2, False)])
def test_a_model_that_does_not_merge(gridsize, object_big):
    assert merging(N, 20, gridsize, object_big, probe_big=False) is None


@pytest.mark.parametrize(("probe_big", "side"), [(False, N // 2), (True, N)])
def test_the_weight_is_the_predicted_region(probe_big, side):
    how = merging(N, 20, 2, True, probe_big)
    assert how is not None
    assert how.padded_size == 20
    assert how.weight.sum() == side**2
    assert how.weight[N // 2, N // 2] == 1
    np.testing.assert_array_equal(how.weight, how.weight[::-1, ::-1])
