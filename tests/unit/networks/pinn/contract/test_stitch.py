"""Stitching against the oracle's canvas."""

import numpy as np
import pytest

from harness.physics import canvas


def patches_at(generator, count, side, reach):
    patches = generator.normal(size=(count, side, side)) + 1j * generator.normal(size=(count, side, side))
    return patches, generator.uniform(-reach, reach, size=(count, 2))


@pytest.fixture
def backend(create, samples):
    return create(samples.setup(samples.scenario()))


@pytest.mark.parametrize("size", [96, 50])
def test_canvas_is_the_oracles(backend, size):
    generator = np.random.default_rng(5)
    patches, positions = patches_at(generator, 70, 20, 30.0)
    weight = generator.uniform(size=(20, 20))
    mean, coverage = backend.stitch(patches, positions, weight, size)
    wanted, covered = canvas.place(patches, positions, weight, size)
    assert mean.shape == coverage.shape == (size, size)
    np.testing.assert_allclose(coverage, covered, rtol=0, atol=1e-12 * covered.max())
    np.testing.assert_allclose(mean * coverage, wanted * covered, rtol=0, atol=1e-12 * np.abs(wanted * covered).max())
    np.testing.assert_array_equal(mean[coverage == 0], 0)


def test_single_precision_patches(backend):
    generator = np.random.default_rng(6)
    patches, positions = patches_at(generator, 3, 8, 4.0)
    mean, coverage = backend.stitch(patches.astype(np.complex64), positions, np.ones((8, 8)), 24)
    wanted, _ = canvas.place(patches, positions, np.ones((8, 8)), 24)
    inside = coverage > 0.5
    np.testing.assert_allclose(mean[inside], wanted[inside], rtol=0, atol=1e-6 * np.abs(wanted).max())


def test_one_patch_stays_what_it_is(backend):
    patch = np.arange(16.0).reshape(1, 4, 4) * (1 + 2j)
    mean, coverage = backend.stitch(patch, np.array([[3.0, -2.0]]), np.ones((4, 4)), 20)
    rows, columns = slice(10 - 2 - 2, 10 - 2 + 2), slice(10 + 3 - 2, 10 + 3 + 2)
    np.testing.assert_allclose(mean[rows, columns], patch[0], atol=1e-12)
    assert coverage.sum() == pytest.approx(16)
    assert np.count_nonzero(coverage) == 16
