"""Each way in which data can be wrong must turn the rung red."""

from dataclasses import replace

import numpy as np
import pytest

from harness.dataset.simulate import simulate
from harness.physics.scale import pattern_energies

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


def exposed_again(case, rows):
    """The case's own scan, some of whose points were exposed once more and gave other patterns; as many photons."""
    raw = simulate(case.scenario.dataset)
    taken = {name: getattr(raw, name) for name in ("diffraction", "x", "y", "scan_index")}
    more = {name: array[rows] for name, array in taken.items()} | {"diffraction": raw.diffraction[rows][:, ::-1]}
    both = {name: np.concatenate([array, more[name]]) for name, array in taken.items()}
    both["diffraction"] *= np.sqrt(
        pattern_energies(raw.diffraction).mean() / pattern_energies(both["diffraction"]).mean()
    )
    return replace(raw, **both)


AGAIN = {
    "twice": np.arange(48),
    "some": np.arange(0, 48, 3),
    "three times": np.tile(np.arange(48), 2),
    "one often": np.full(40, 7),
}


@pytest.mark.parametrize("again", AGAIN.values(), ids=AGAIN)
@pytest.mark.parametrize("split", ["half_y", "none"])
def test_points_that_were_exposed_more_than_once_are_sound(gs2, again, split):
    gs2.change_scenario(dataset__split=split)
    gs2.measure(exposed_again(gs2, again))
    assert bad(gs2) == {}


def test_all_patterns_at_one_position_are_sound_without_a_split(gs2):
    gs2.change_scenario(dataset__split="none")
    raw = simulate(gs2.scenario.dataset)
    gs2.measure(replace(raw, x=np.full_like(raw.x, 80.5), y=np.full_like(raw.y, 80.5)))
    assert bad(gs2) == {}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"X": lambda a: np.roll(a, 1, axis=0)}, "train.normalisation"),
        ({"X": lambda a: np.roll(a, len(a) // 2, axis=0)}, "train.normalisation"),  # first and second exposures swapped
        ({"X": lambda a: np.concatenate([a[: len(a) // 2]] * 2)}, "train.normalisation"),  # first exposures alone
        ({"x": lambda a: np.concatenate([a[: len(a) // 2][::-1]] * 2)}, "train.normalisation"),
        ({"x": lambda a: np.full_like(a, a[0]), "y": lambda a: np.full_like(a, a[0])}, "train.normalisation"),
    ],
)
def test_twice_exposed_points_with_wrong_patterns_or_positions(gs2, changes, expected):
    gs2.measure(exposed_again(gs2, AGAIN["twice"]))
    gs2.change_arrays(TRAIN, **changes)
    assert expected in bad(gs2)


def test_one_exposure_that_trains_and_the_other_that_tests(gs2):
    gs2.measure(exposed_again(gs2, AGAIN["twice"]))
    test = dict(np.load(gs2.path / "dataset/test.npz"))
    gs2.change_arrays(
        TRAIN, **{name: lambda a, name=name: np.concatenate([test[name][:1], a[1:]]) for name in ("X", "x", "y")}
    )
    assert bad(gs2)["split"] == "fail"


@pytest.mark.parametrize(("deviations", "expected"), [(3, "pass"), (8, "fail"), (-8, "fail")])
def test_photons_are_held_to_the_noise_of_their_own_number(gs2, deviations, expected):
    total = float((np.load(gs2.path / "dataset/data.npz")["diff3d"].astype(float) ** 2).sum())
    factor = (1 + deviations / total**0.5) ** 0.5
    gs2.change_arrays("dataset/data.npz", diff3d=lambda amplitude: amplitude.astype(float) * factor)
    [found] = [check for check in gs2.judge("dataset").checks if check.name == "photons"]
    assert found.status == expected
