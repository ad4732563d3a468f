"""The truth: where it lies, how it is saved, and its scale in the model's units."""

import numpy as np
import pytest

from harness.dataset.truth import Reference, Truth, complex_object
from harness.errors import HarnessError
from harness.files import read_json, write_npz


def images() -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.uniform(0.5, 1.5, (40, 50)) * np.exp(1j * rng.uniform(-3, 3, (40, 50)))


def test_positions_are_counted_from_the_origin():
    truth = Truth("reference", images(), origin_x=-7.0, origin_y=3.0)
    [patch] = truth.patches(np.array([13.0]), np.array([20.0]), 8)
    np.testing.assert_array_equal(patch, truth.object[17 - 4 : 17 + 4, 20 - 4 : 20 + 4])


def test_saved_files(tmp_path):
    truth = Truth("simulation", images(), 1.5, -2.0)
    truth.save(tmp_path, 0.7)
    assert read_json(tmp_path / "truth.json") == {
        "kind": "simulation",
        "origin_x": 1.5,
        "origin_y": -2.0,
        "model_scale": 0.7,
    }
    amplitude, phase = np.load(tmp_path / "ground_truth_amp.npy"), np.load(tmp_path / "ground_truth_phase.npy")
    assert amplitude.dtype == phase.dtype == np.float32
    np.testing.assert_allclose(complex_object(amplitude, phase), truth.object, atol=1e-6)
    np.testing.assert_array_equal(Truth.load(tmp_path).object, complex_object(amplitude, phase))


def test_energies_are_those_of_the_exit_waves():
    probe = np.random.default_rng(1).normal(size=(8, 8)) + 0j
    truth = Truth("simulation", images())
    x, y = np.array([20.0, 25.5]), np.array([16.0, 22.25])
    waves = probe * truth.patches(x, y, 8)
    np.testing.assert_allclose(truth.energies(probe, x, y), (np.abs(waves) ** 2).sum(axis=(1, 2)))


def test_a_reference_is_loaded(tmp_path):
    write_npz(
        tmp_path / "object.npz",
        object=images().astype(np.complex64),
        probe=np.ones((8, 8), np.complex64),
        origin_x=np.array(-3.5),
        origin_y=np.array(2.0),
    )
    reference = Reference.load(tmp_path / "object.npz")
    assert (reference.truth.kind, reference.truth.origin_x, reference.truth.origin_y) == ("reference", -3.5, 2.0)
    assert reference.probe.dtype == np.complex128
    np.testing.assert_allclose(reference.truth.object, images(), rtol=1e-6)


def test_an_incomplete_reference_is_named(tmp_path):
    write_npz(tmp_path / "object.npz", object=images())
    with pytest.raises(HarnessError, match=r"object.npz: lacks probe, origin_x, origin_y"):
        Reference.load(tmp_path / "object.npz")
