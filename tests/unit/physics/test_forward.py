"""The forward model: Parseval, the detector's centre, stages and their shapes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.physics import forward
from harness.physics.merge import central_weight, merging

N = 16
STAGES = ["object_patches", "object_merged", "object_extracted", "exit_wave", "diffraction_amplitude", "intensity"]


def random_patches(seed: int, C: int = 4) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(2, N, N, C)) + 1j * rng.normal(size=(2, N, N, C))


@given(st.integers(0, 2**32 - 1))
def test_parseval(seed):
    psi = random_patches(seed)
    wave = forward.diffract(psi)
    np.testing.assert_allclose(forward.squared(wave).sum(axis=(1, 2)), forward.squared(psi).sum(axis=(1, 2)))
    np.testing.assert_allclose(forward.diffract_adjoint(wave), psi, atol=1e-12)


def test_zero_frequency_lies_in_the_middle():
    wave = forward.diffract(np.ones((1, N, N, 1)))
    expected = np.zeros((1, N, N, 1))
    expected[0, N // 2, N // 2, 0] = N
    np.testing.assert_allclose(wave, expected, atol=1e-12)


def test_a_phase_ramp_moves_the_pattern_towards_positive_frequencies():
    """One cycle along x moves the spot by one column to the right: the sign of the transform."""
    ramp = np.exp(2j * np.pi * np.arange(N) / N)[None, None, :, None] * np.ones((1, N, N, 1))
    spot = np.abs(forward.diffract(ramp))[0, :, :, 0]
    assert np.unravel_index(spot.argmax(), spot.shape) == (N // 2, N // 2 + 1)


def test_stages_of_merged_groups():
    patches = random_patches(1)
    relative = np.random.default_rng(2).uniform(-3, 3, (2, 1, 2, 4))
    stages = forward.forward_stages(patches, relative, np.ones((N, N)), 0.5, merging(N, 22, 2, True, True))
    assert list(stages) == STAGES
    assert stages["object_merged"].shape == (2, 22, 22, 1)
    assert all(stages[name].shape == patches.shape for name in STAGES if name != "object_merged")
    np.testing.assert_allclose(stages["intensity"], np.exp(1.0) * stages["diffraction_amplitude"] ** 2)
    assert np.abs(stages["object_extracted"] - patches).max() > 0.1


@pytest.mark.parametrize("C", [1, 4])
def test_stages_without_merging_leave_the_patches_as_they_are(C):
    patches = random_patches(1, C)
    stages = forward.forward_stages(patches, np.zeros((2, 1, 2, C)), central_weight(N, 8), 0.0, None)
    np.testing.assert_array_equal(stages["object_merged"], patches)
    np.testing.assert_array_equal(stages["object_extracted"], patches)
    assert np.abs(stages["exit_wave"][:, :4]).max() == 0
