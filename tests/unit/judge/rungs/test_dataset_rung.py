"""Each way in which data can be wrong must turn the rung red."""

import numpy as np
import pytest

TRAIN, BATCH = "dataset/train.npz", "torch/lockstep/batch.npz"


def bad(case):
    return {name: check.status for name, check in case.bad("dataset").items()}


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        (BATCH, {"amplitude": lambda a: a * (1 + 1e-6)}, {"sides.amplitude", "torch.amplitude"}),
        (BATCH, {"amplitude": lambda a: np.swapaxes(a, 1, 2)}, {"sides.amplitude", "torch.amplitude"}),
        (BATCH, {"amplitude": lambda a: a[..., :1]}, {"sides.amplitude", "torch.amplitude"}),
        (BATCH, {"amplitude": lambda a: a.astype(np.float32)}, {"sides.amplitude", "torch.amplitude"}),
        (BATCH, {"relative": lambda a: -a}, {"sides.relative", "torch.relative"}),
        (BATCH, {"relative": lambda a: a[:, :, ::-1]}, {"sides.relative", "torch.relative"}),
        (BATCH, {"relative": lambda a: a * np.nan}, {"sides.relative", "torch.relative"}),
    ],
)
def test_a_batch_that_was_fed_otherwise(gs2, name, change, expected):
    gs2.change_arrays(name, **change)
    assert bad(gs2) == dict.fromkeys(expected, "fail")


def test_a_batch_of_nan_on_both_sides_is_not_the_same_batch(gs2):
    for backend in ("tensorflow", "torch"):
        gs2.change_arrays(f"{backend}/lockstep/batch.npz", amplitude=lambda a: a * np.nan)
    assert bad(gs2)["sides.amplitude"] == "fail"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"relative": lambda a: -a}, "train.relative"),
        ({"relative": lambda a: a[:, :, ::-1]}, "train.relative"),
        ({"relative": lambda a: a - a.mean(axis=0)}, "train.relative"),
        ({"offsets": lambda a: a + 0.01}, "train.offsets"),
        ({"offsets": lambda a: a[0]}, "train.offsets"),
        ({"X": lambda a: 1.01 * a}, "energy"),
        ({"X": lambda a: 1.01 * a}, "train.normalisation"),
        ({"X": lambda a: np.swapaxes(a, 1, 2)}, "train.normalisation"),
        ({"x": lambda a: a + 1}, "train.normalisation"),
        ({"groups": lambda a: np.repeat(a[:, :1], 4, axis=1)}, "train.groups"),
        ({"groups": lambda a: a + 1000}, "intensity"),
        ({"batches": lambda a: a[::-1] * 0}, "order"),
        ({"batches": lambda a: a[:-1]}, "order"),
    ],
)
def test_grouped_data_that_do_not_hang_together(gs2, changes, expected):
    gs2.change_arrays(TRAIN, **changes)
    assert expected in bad(gs2)


@pytest.mark.parametrize(
    ("key", "factor", "expected"),
    [
        ("nphotons", 2, "photons"),
        ("intensity_scale", 1.001, "intensity_scale"),
        ("normalisation", 1.001, "train.normalisation"),
        ("padded_size", 2, "padded_size"),
    ],
)
def test_facts_that_are_wrong(gs2, key, factor, expected):
    gs2.change_json("dataset/setup.json", lambda facts: facts.update({key: facts[key] * factor}))
    assert bad(gs2)[expected] == "fail"


def test_the_closed_form_is_held_against_the_data(gs2):
    """Photons that were counted but not expected move s away from sqrt(nphotons) / (N/2)."""
    gs2.change_arrays(TRAIN, X=lambda a: (1.01 * a).astype(np.float32))
    data = np.load(gs2.path / TRAIN)
    energy = np.square(data["X"], dtype=np.float64).sum(axis=(1, 2))[data["groups"]].mean()
    gs2.change_json("dataset/setup.json", lambda facts: facts.update(intensity_scale=np.sqrt(1e9 / energy)))
    found = bad(gs2)
    assert found["closed_form"] == "fail"
    assert "intensity_scale" not in found


@pytest.mark.parametrize(
    ("changes", "expected", "status"),
    [
        ({"diff3d": lambda a: a.astype(np.float64)}, "types", "fail"),
        ({"probeGuess": lambda a: a.real}, "types", "fail"),
        ({"diff3d": lambda a: a * np.nan}, "contract", "fail"),
        ({"xcoords": None}, "contract", "error"),
        ({"diff3d": lambda a: a**2}, "photons", "fail"),
    ],
)
def test_a_broken_contract(gs2, changes, expected, status):
    gs2.change_arrays("dataset/data.npz", **changes)
    assert bad(gs2)[expected] == status


def test_a_probe_that_was_normalised_twice(gs2):
    gs2.change_array("dataset/probe.npy", lambda probe: probe / 4)
    assert bad(gs2)["probe"] == "fail"


def test_training_patterns_in_the_test(gs2):
    arrays = dict(np.load(gs2.path / TRAIN))
    gs2.change_arrays("dataset/test.npz", **{name: arrays[name] for name in ("X", "x", "y")})
    assert bad(gs2)["split"] == "fail"


def test_a_lost_job_is_an_error_with_its_sentence(gs2):
    gs2.stop("torch", "lockstep", "torch is not installed; pip install torch")
    found = gs2.bad("dataset")
    assert found["batch"].status == "error"
    assert "pip install torch" in found["batch"].message
