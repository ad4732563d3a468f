"""Free phases of patches: random phases are recovered, islands are judged alone."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.physics import synchronise, translation

SIDE = 12


def images(seed: int, span: float, count: int) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    """Patches of a smooth phase object and their positions."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:80, :80] / 9.0
    image = (1 + 0.3 * np.sin(rows * columns)) * np.exp(0.5j * np.sin(rows + 2 * columns))
    positions = rng.uniform(-span, span, (count, 2))
    return translation.cut(image, positions[:, 0] + 40, positions[:, 1] + 40, SIDE), positions, rng


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_random_phases_are_recovered(seed):
    patches, positions, rng = images(seed, 10, 30)
    turned = patches * np.exp(1j * rng.uniform(-np.pi, np.pi, 30))[:, None, None]
    weight = np.ones((SIDE, SIDE))
    fixed = synchronise.phases(turned, positions, weight)[:, None, None] * turned
    np.testing.assert_allclose(np.abs(fixed), np.abs(patches))
    ratio = (fixed * np.conj(patches)).sum(axis=(1, 2))
    spread = np.angle(ratio / ratio[0])
    assert np.abs(spread).max() < 0.05


def test_factors_have_modulus_one_and_do_not_depend_on_the_phases_given():
    patches, positions, rng = images(3, 10, 20)
    weight = np.ones((SIDE, SIDE))
    factors = synchronise.phases(patches, positions, weight)
    np.testing.assert_allclose(np.abs(factors), 1)
    turn = np.exp(1j * rng.uniform(-np.pi, np.pi, 20))
    again = synchronise.phases(patches * turn[:, None, None], positions, weight)
    np.testing.assert_allclose(again * turn, factors, atol=1e-10)


def test_islands_are_turned_so_that_their_sum_is_real():
    patches, positions, rng = images(4, 6, 10)
    positions[5:] += 100.0
    turned = patches * np.exp(1j * rng.uniform(-np.pi, np.pi, 10))[:, None, None]
    fixed = synchronise.phases(turned, positions, np.ones((SIDE, SIDE)))[:, None, None] * turned
    for island in (slice(0, 5), slice(5, 10)):
        total = fixed[island].sum()
        assert total.real > 0
        assert abs(total.imag) < 1e-9 * total.real


def test_the_overlap_matrix_is_hermitian_and_holds_every_overlap():
    patches, positions, _ = images(5, 12, 8)
    overlaps = synchronise.overlap_matrix(patches, positions)
    np.testing.assert_allclose(overlaps, overlaps.conj().T)
    whole = np.zeros((8, 60, 60), dtype=complex)
    for k in range(8):
        rows = translation.matrix(60, SIDE, positions[k, 1])
        columns = translation.matrix(60, SIDE, positions[k, 0])
        whole[k] = rows @ patches[k] @ columns.T
    np.testing.assert_allclose(overlaps, np.einsum("jab,kab->jk", whole.conj(), whole), atol=1e-10)


def test_empty_patches_keep_their_phase():
    factors = synchronise.phases(np.zeros((3, SIDE, SIDE)), np.zeros((3, 2)), np.ones((SIDE, SIDE)))
    np.testing.assert_array_equal(factors, 1)


def test_connected_sets():
    linked = np.eye(5, dtype=bool)
    for j, k in ((0, 3), (3, 4)):
        linked[j, k] = linked[k, j] = True
    assert [members.tolist() for members in synchronise.connected_sets(linked)] == [[0, 3, 4], [1], [2]]
