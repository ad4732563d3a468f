"""Twins of patches: flips of true patches are undone from the overlaps alone; which probes leave them open."""

from itertools import product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from harness.dataset import objects, probes
from harness.physics import forward, probe, translation, twins

N = 32
WEIGHT = np.square(np.abs(probes.idealised(64)[16:48, 16:48]))
SCENE = objects.lines((160, 160), 7)


def true_patches(
    seed: int, count: int, span: float, whole: bool = False
) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    """Patches of the lines at random positions within `span` pixels of the middle; whole ones interpolate nothing."""
    rng = np.random.default_rng(seed)
    positions = rng.uniform(-span, span, (count, 2))
    positions = np.round(positions) if whole else positions
    return translation.cut(SCENE, positions[:, 0] + 80, positions[:, 1] + 80, N).astype(complex), positions, rng


def turned(patches: np.ndarray, flips: np.ndarray) -> np.ndarray:
    return np.where(flips[:, None, None], twins.twin(patches), patches)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1))
@example(3132)  # two at the rim, wrong together
def test_random_flips_of_true_patches_are_undone_whatever_their_phases(seed):
    """Wherever patches overlap: one that touches the others with next to no weight may be left as it is."""
    patches, positions, rng = true_patches(seed, 64, 48, whole=True)
    made, phases = rng.random(64) < 0.5, np.exp(1j * rng.uniform(-np.pi, np.pi, 64))[:, None, None]
    found = twins.flips(phases * turned(patches, made), positions, WEIGHT)
    left = turned(patches, made != found)
    assert twins.disagreement(left, positions, WEIGHT) < 1e-10
    assert (found != made).sum() <= 1


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_nothing_is_turned_where_every_patch_is_true(seed):
    patches, positions, _ = true_patches(seed, 64, 48, whole=True)
    assert not twins.flips(patches, positions, WEIGHT).any()


def test_all_patches_turned_at_once_are_turned_back():
    """Positions do not turn with the patches, so the global flip of a connected set is no gauge."""
    patches, positions, _ = true_patches(1, 64, 48, whole=True)
    assert twins.flips(twins.twin(patches), positions, WEIGHT).all()


@pytest.mark.parametrize("noise", [0.0, 0.3])
@pytest.mark.parametrize("seed", range(5))
def test_interpolation_and_noise_of_a_poor_prediction_are_borne(seed, noise):
    """What is chosen wrongly is next to its own twin: little of what tells the two apart is lost."""
    patches, positions, rng = true_patches(seed, 64, 48)
    made = rng.random(64) < 0.5
    noisy = turned(patches, made) + noise * SCENE.std() * rng.normal(size=patches.shape)
    wrong = twins.flips(noisy, positions, WEIGHT) != made
    odd = np.square(np.abs(patches - twins.twin(patches))).sum(axis=(1, 2))
    assert odd[wrong].sum() < 0.005 * odd.sum()


def test_an_object_with_phase():
    images = objects.phase_follows_amplitude(SCENE, 2.0)
    rng = np.random.default_rng(3)
    positions, made = rng.uniform(-48, 48, (64, 2)), rng.random(64) < 0.5
    patches = translation.cut(images, positions[:, 0] + 80, positions[:, 1] + 80, N)
    np.testing.assert_array_equal(twins.flips(turned(patches, made), positions, WEIGHT), made)


def test_islands_are_decided_each_by_itself():
    patches, positions, _ = true_patches(4, 40, 30)
    positions[20:] += 500.0
    made = np.arange(40) < 20
    np.testing.assert_array_equal(twins.flips(turned(patches, made), positions, WEIGHT), made)


@pytest.mark.parametrize("seed", range(5))
def test_patches_that_show_next_to_nothing_are_left_alone(seed):
    """Blank patches whose noise is its own twin but for a hundredth: turning takes little from what they differ by."""
    _, positions, rng = true_patches(seed, 64, 48)
    noise = rng.normal(size=(64, N, N)) + 1j * rng.normal(size=(64, N, N))
    blank = 1 + 0.1 * (noise + twins.twin(noise)) + 1e-3 * noise
    assert not twins.flips(blank, positions, WEIGHT).any()


def test_what_nothing_decides_stays_as_it_was_predicted():
    patches, positions, _ = true_patches(5, 3, 10)
    apart = positions + 1000.0 * np.arange(3)[:, None]
    assert not twins.flips(patches, apart, WEIGHT).any()
    assert not twins.flips(patches[:1], positions[:1], WEIGHT).any()
    assert twins.disagreement(patches, apart, WEIGHT) is None
    even = (patches + twins.twin(patches)) / 2
    assert not twins.flips(even, positions, WEIGHT).any()


def test_at_one_position_the_others_are_turned_as_the_first():
    patches, _, _ = true_patches(6, 1, 0)
    made = np.array([False, True, True, False])
    same = turned(np.repeat(patches, 4, axis=0), made)
    np.testing.assert_array_equal(twins.flips(same, np.zeros((4, 2)), WEIGHT), made)
    np.testing.assert_array_equal(twins.flips(same[1:], np.zeros((3, 2)), WEIGHT), ~made[1:])


@pytest.mark.parametrize("seed", range(10))
def test_of_few_patches_no_other_choice_agrees_better(seed):
    patches, positions, rng = true_patches(seed, 6, 15)
    patches = patches + 0.5 * SCENE.std() * rng.normal(size=patches.shape)
    choices = [np.array(choice) for choice in product([False, True], repeat=6)]
    energies = [differences(turned(patches, choice), positions) for choice in choices]
    best = choices[int(np.argmin(energies))]
    np.testing.assert_array_equal(twins.flips(patches, positions, WEIGHT), best)


def differences(patches: np.ndarray, positions: np.ndarray) -> float:
    """The sum that `flips` makes small, from every pair placed on one canvas."""
    rows, columns = (translation.matrix(120, N, positions[:, axis]) for axis in (1, 0))
    placed = rows @ patches @ np.swapaxes(columns, 1, 2)
    weights = rows @ np.broadcast_to(WEIGHT, patches.shape) @ np.swapaxes(columns, 1, 2)
    total = 0.0
    for j, k in zip(*np.triu_indices(len(patches), 1), strict=True):
        w, a, b = weights[j] * weights[k], placed[j], placed[k]
        turn = np.exp(-1j * np.angle((w * a.conj() * b).sum()))
        total += (w * np.abs(a - turn * b) ** 2).sum()
    return float(total)


def test_disagreement_is_the_share_of_what_overlaps():
    patches, positions, _ = true_patches(8, 5, 12, whole=True)
    assert twins.disagreement(patches, positions, WEIGHT) == pytest.approx(0, abs=1e-12)
    signs = np.where(np.indices((N, N)).sum(axis=0) % 2, 1.0, -1.0)  # two patches without anything in common
    unlike = np.stack([np.ones((N, N)), signs]) + 0j
    assert twins.disagreement(unlike, np.zeros((2, 2)), np.ones((N, N))) == pytest.approx(1)
    wrong = turned(patches, np.arange(5) == 2)
    found = twins.disagreement(wrong, positions, WEIGHT)
    assert found is not None
    assert found > 0.01


FLAT = probe.model_probe(probe.normalise(probes.idealised(64), 10.0), True)


@pytest.mark.parametrize(
    ("illumination", "open_"),
    [
        (FLAT, True),
        (FLAT * np.exp(0.7j), True),
        (FLAT.astype(np.complex64), True),
        (probes.idealised(128), True),
        (probes.zone_plate(64), False),
        (probes.curved_disk(64), False),
        (np.roll(FLAT, 1, axis=1), False),
        (FLAT * np.exp(0.01j * np.linspace(-1, 1, 64) ** 2), False),
        (FLAT * (1 + 0.01 * np.linspace(-1, 1, 64)), False),
    ],
    ids=["idealised", "constant_phase", "rounded", "large", "zone_plate", "curved", "shifted", "weak_curve", "slope"],
)
def test_which_probes_leave_the_twin_open(illumination, open_):
    assert twins.is_own_twin(illumination) is open_


@pytest.mark.parametrize("phase", [0.0, 0.7])
def test_a_probe_that_is_its_own_twin_gives_both_the_same_pattern(phase):
    patch = objects.phase_follows_amplitude(SCENE[:64, :64], 1.0)
    both = np.stack([patch, twins.twin(patch)])[..., None]
    patterns = forward.squared(forward.diffract(forward.exit_wave(both, FLAT * np.exp(1j * phase))))
    np.testing.assert_allclose(patterns[0], patterns[1], atol=1e-9 * patterns.max())
