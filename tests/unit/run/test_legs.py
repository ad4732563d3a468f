"""What the legs leave: checked against the dataset and the oracle, on the toys' finished case."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file

from harness.dataset.grouped import GroupedData
from harness.files import digest, read_json, read_npz, sha256
from harness.networks.pinn.sections import PinnScenario
from harness.networks.pinn.start import initial_weights
from harness.physics import canvas, twins
from harness.physics.synchronise import phases
from harness.run import keys
from harness.run.legs import statistics


@pytest.fixture
def folder(finished: Path) -> Path:
    return finished / "hub" / "small"


@pytest.fixture
def scenario(finished: Path) -> PinnScenario:
    made_from = read_json(next((finished / "store").glob("infer/*/*/done.json")))["made_from"]
    return PinnScenario.model_validate(made_from["scenario"])


def test_lockstep_feeds_the_first_batch_and_the_common_weights(folder: Path, scenario: PinnScenario) -> None:
    data, setup = GroupedData.load(folder / "dataset" / "train.npz"), read_json(folder / "dataset" / "setup.json")
    for backend in ("toy", "other"):
        batch = read_npz(folder / backend / "lockstep" / "batch.npz")
        first = data.X[data.groups[data.batches[0], 0]].astype(np.float64)
        np.testing.assert_allclose(batch["amplitude"][..., 0], setup["intensity_scale"] * first, rtol=1e-15)
        weights = read_npz(folder / backend / "lockstep" / "weights.npz")
        for name, value in initial_weights(scenario, setup["intensity_scale"]).items():
            np.testing.assert_array_equal(weights[name], value)
        stages = read_npz(folder / backend / "lockstep" / "stages_float64.npz")
        np.testing.assert_allclose(stages["input"][..., 0], first, rtol=1e-6)
        assert set(read_json(folder / backend / "lockstep" / "losses_float32.json")) == {"loss", "poisson"}


def test_training_leaves_its_history_and_its_time(folder: Path) -> None:
    history = read_json(folder / "toy" / "train_outputs" / "history.json")["epochs"]
    assert [(entry["epoch"], entry["step"], entry["metrics"]["loss"]) for entry in history] == [
        (0, 2, 10.0),
        (1, 4, 5.0),
    ]
    timing = read_json(folder / "toy" / "train_outputs" / "timing.json")
    assert timing["steps"] == 4
    assert timing["ms_per_step"] == pytest.approx(250 * timing["train_seconds"])
    assert 20 < timing["peak_rss_mb"] < 2000
    weights = load_file(folder / "toy" / "bundle" / "weights.safetensors")
    assert timing["parameters"] == sum(array.size for array in weights.values())


def test_a_bundle_says_all_that_inference_needs(folder: Path, scenario: PinnScenario) -> None:
    params, setup = read_json(folder / "toy" / "bundle" / "params.json"), read_json(folder / "dataset" / "setup.json")
    weights = load_file(folder / "toy" / "bundle" / "weights.safetensors")
    assert weights["log_scale"].shape == ()
    assert params["intensity_scale"] == {
        "initial": pytest.approx(setup["intensity_scale"], rel=1e-6),
        "final": math.exp(weights["log_scale"]),
        "closed_form": setup["intensity_scale_closed_form"],
        "trainable": True,
    }
    assert params["probe_sha256"] == sha256(folder / "dataset" / "probe.npy")
    assert params["scenario_sha256"] == digest(keys.relevant(scenario, "train").model_dump(mode="json"))
    for name in ("padded_size", "object_amplitude", "nphotons"):
        assert params[name] == setup[name]


def test_inference_places_every_test_group_in_step(folder: Path, scenario: PinnScenario) -> None:
    out = folder / "toy" / "inference_outputs"
    data, saved = GroupedData.load(folder / "dataset" / "test.npz"), read_npz(out / "patches.npz")
    assert saved["patches"].shape == (len(data.groups), 64, 64, 1)
    assert saved["patches"].dtype == np.complex64
    centre, positions = canvas.centred(data.x[data.groups], data.y[data.groups])
    np.testing.assert_allclose(saved["positions"].reshape(-1, 2), positions)
    facts = read_json(out / "canvas.json")
    assert (facts["centre_x"], facts["centre_y"]) == pytest.approx(tuple(centre))
    assert facts["fits_canvas"] is True
    assert facts["size"] >= facts["required"] == canvas.required_size(64, positions)
    assert facts["loss_fraction"] == pytest.approx(0, abs=1e-12)
    again = phases(saved["patches"][..., 0].astype(np.complex128), positions, np.ones((64, 64)))
    np.testing.assert_allclose(again, 1, atol=1e-3)  # nothing is left to turn


def test_twins_are_chosen_and_told_where_the_probe_leaves_them_open(folder: Path) -> None:
    """The small case has the idealised probe; the toys predict what is not symmetric."""
    for leg in ("inference_outputs", "exchange"):
        saved, told = read_npz(folder / "toy" / leg / "patches.npz"), read_json(folder / "toy" / leg / "stats.json")
        patches, positions = saved["patches"][..., 0].astype(np.complex128), saved["positions"][:, 0]
        illumination = np.square(np.abs(np.load(folder / "dataset" / "probe.npy")))
        inside, weight = statistics.central(patches, 32), statistics.central(illumination, 32)
        assert not twins.flips(inside, positions, weight).any()  # nothing is left to turn
        assert told["twins"] == {
            "open": True,
            "turned": saved["flips"].sum(),
            "disagreement_before": pytest.approx(before(inside, saved["flips"], positions, weight), rel=1e-5),
            "disagreement_after": pytest.approx(twins.disagreement(inside, positions, weight), rel=1e-5),
        }
        assert 0 < told["twins"]["turned"] < len(patches)
        assert told["twins"]["disagreement_after"] < told["twins"]["disagreement_before"]


def test_no_twin_is_chosen_where_the_probe_tells_them_apart(
    finished: Path, tmp_path: Path, again: Callable[..., None]
) -> None:
    dataset = {
        "object": {"shape": (160, 160)},
        "scan": {"images": 24},
        "nphotons": 1e6,
        "probe": {"kind": "zone_plate"},
    }
    again(tmp_path, tmp_path / "store", dataset=dataset)
    out = tmp_path / "small" / "toy" / "inference_outputs"
    assert not read_npz(out / "patches.npz")["flips"].any()
    assert read_json(out / "stats.json")["twins"] == {"open": False, "turned": 0}


def before(inside: np.ndarray, flips: np.ndarray, positions: np.ndarray, weight: np.ndarray) -> float | None:
    return twins.disagreement(np.where(flips[:, None, None], twins.twin(inside), inside), positions, weight)


def test_the_picture_is_the_stitched_middle_of_the_patches(folder: Path, scenario: PinnScenario) -> None:
    out = folder / "toy" / "inference_outputs"
    saved, facts = read_npz(out / "patches.npz"), read_json(out / "canvas.json")
    middle = statistics.central(saved["patches"][..., 0].astype(np.complex128), scenario.inference.reassemble_m)
    weight = np.ones(middle.shape[1:])
    expected, coverage = canvas.place(middle, saved["positions"][:, 0], weight, facts["size"])
    np.testing.assert_allclose(np.load(out / "amplitude.npy"), np.abs(expected), atol=1e-6)
    np.testing.assert_allclose(np.load(out / "coverage.npy"), coverage)
    phase = np.load(out / "phase.npy")
    np.testing.assert_allclose(
        np.exp(1j * phase[coverage > 0]), np.exp(1j * np.angle(expected[coverage > 0])), atol=1e-5
    )


def test_exchange_infers_with_the_weights_of_the_other(folder: Path) -> None:
    for backend, other in (("toy", "other"), ("other", "toy")):
        assert read_json(folder / backend / "exchange" / "stats.json")["weights_trained_by"] == other
        assert read_json(folder / backend / "inference_outputs" / "stats.json")["weights_trained_by"] == backend


def test_patches_are_listed_when_asked_for(folder: Path) -> None:
    stats = read_json(folder / "toy" / "inference_outputs" / "patch_stats.json")
    assert stats["region"] == 32
    assert stats["amplitude"]["count"] == 6
    [row] = stats["inference_groups"]
    assert (row["group"], row["channel"]) == (0, 0)
    assert set(row["amplitude"]) == {"mean", "std", "var_zero_mean", "min", "max", "nonfinite"}
    assert [len(batch) for batch in stats["training_batches"]] == [2]


@given(st.integers(2, 5), st.integers(0, 2**32 - 1), st.floats(-5, 5))
def test_contrast_does_not_depend_on_the_level(count: int, seed: int, level: float) -> None:
    values = np.random.default_rng(seed).normal(size=(count, 8, 8))
    plain, lifted = statistics.summarise(values), statistics.summarise(values + level)
    for name in ("var_zero_mean", "var_zero_mean_min", "var_zero_mean_median"):
        assert getattr(lifted, name) == pytest.approx(getattr(plain, name), rel=1e-9)
    assert lifted.mean == pytest.approx(plain.mean + level)


def test_patches_that_differ_only_from_each_other_have_no_contrast() -> None:
    flat = np.ones((3, 8, 8)) * np.array([1.0, 2.0, 3.0])[:, None, None]
    stats = statistics.summarise(flat)
    assert stats.var_zero_mean == 0
    assert stats.std == pytest.approx(np.std([1, 2, 3]))
