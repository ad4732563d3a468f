"""The dataset folder: complete, the same bytes every time, and true to the contract between its files."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harness.dataset import npz
from harness.dataset.build import build, reference_inputs
from harness.dataset.grouped import GroupedData
from harness.dataset.npz import RawData
from harness.dataset.simulate import simulate
from harness.dataset.truth import Reference, Truth
from harness.errors import HarnessError
from harness.files import read_json, read_npz
from harness.networks.pinn.sections import PinnScenario
from harness.physics import canvas, forward, probe, scale, translation
from harness.scenario.schema import (
    DatasetSpec,
    GroupingSpec,
    InferenceSpec,
    ObjectSpec,
    ProbeSpec,
    ScanSpec,
    TrainingSpec,
)

FILES = {
    "data.npz", "train.npz", "test.npz", "probe.npy", "setup.json", "truth.json",
    "ground_truth_amp.npy", "ground_truth_phase.npy",
}  # fmt: skip


def scenario(gridsize: int = 2, **dataset) -> PinnScenario:
    spec = {"object": ObjectSpec(shape=(170, 160)), "scan": ScanSpec(images=60), "probe": ProbeSpec(mask=True)}
    return PinnScenario(
        dataset=DatasetSpec(**(spec | dataset)),
        grouping=GroupingSpec(gridsize=gridsize, groups=16, neighbor_count=5),
        training=TrainingSpec(epochs=3, batch_size=4),
        inference=InferenceSpec(group_limit=12),
    )


def measured(**probe_keys) -> PinnScenario:
    return scenario(source="file", file="a.npz", probe=ProbeSpec(kind="file", **probe_keys))


@pytest.fixture(scope="module")
def raw() -> RawData:
    return simulate(scenario().dataset)


@pytest.fixture(scope="module", params=[1, 2])
def folder(request, raw, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp(f"gs{request.param}")
    build(scenario(request.param), raw, path)
    return path


def test_every_file_is_there(folder):
    assert {path.name for path in folder.iterdir()} == FILES


def test_the_same_bytes_every_time(folder, tmp_path):
    gridsize = read_json(folder / "setup.json")["gridsize"]
    build(scenario(gridsize), simulate(scenario(gridsize).dataset), tmp_path)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_training_data_have_the_energy_of_the_contract_and_give_the_counts(folder, raw):
    setup, train = read_json(folder / "setup.json"), GroupedData.load(folder / "train.npz")
    energies = scale.pattern_energies(train.X)[train.groups]
    assert energies.mean() == pytest.approx(32**2, rel=1e-6)
    assert setup["intensity_scale"] == pytest.approx(setup["intensity_scale_closed_form"], rel=1e-6)
    assert setup["intensity_scale_closed_form"] == pytest.approx(988.211769)
    amplitude, relative = train.batch(train.batches[0], setup["intensity_scale"])
    assert amplitude.shape == (4, 64, 64, setup["gridsize"] ** 2)
    rows = np.flatnonzero(np.isin(raw.x, train.x))
    observed = raw.diffraction[rows][train.groups[train.batches[0]]]
    ratio = np.moveaxis(amplitude, -1, 1)[observed > 0] / observed[observed > 0]
    np.testing.assert_allclose(ratio, ratio.mean(), rtol=1e-5)
    assert ratio.mean() == pytest.approx(np.sqrt(1e9) / 32 * setup["normalisation"], rel=1e-5)
    np.testing.assert_array_equal(relative, train.relative[train.batches[0]])


def test_both_halves_carry_the_factor_of_the_training(folder, raw):
    setup = read_json(folder / "setup.json")
    for name in ("train", "test"):
        data = GroupedData.load(folder / f"{name}.npz")
        rows = [int(np.flatnonzero((raw.x == x) & (raw.y == y))[0]) for x, y in zip(data.x, data.y, strict=True)]
        np.testing.assert_allclose(data.X, setup["normalisation"] * raw.diffraction[rows], rtol=1e-6)


def test_the_halves_do_not_share_a_pattern(folder):
    train, test = GroupedData.load(folder / "train.npz"), GroupedData.load(folder / "test.npz")
    assert train.y.max() < test.y.min()
    assert len(train.x) + len(test.x) == 60
    assert test.batches.shape == (0, 0)
    assert len(test.groups) == 12


def test_sizes_hold_every_patch(folder):
    setup, train, test = (
        read_json(folder / "setup.json"),
        *(GroupedData.load(folder / f"{name}.npz") for name in ("train", "test")),
    )
    largest = max(np.abs(train.relative).max(), np.abs(test.relative).max())
    assert setup["padded_size"] % 2 == 0
    assert 2 * largest <= setup["padded_size"] - 64 < 2 * largest + 2
    _, positions = canvas.centred(test.x[test.groups], test.y[test.groups])
    assert setup["canvas_size"] == canvas.required_size(64, positions)
    assert canvas.loss_fraction(positions, 64, setup["canvas_size"]) < 1e-15


def test_the_truth_under_the_model_probe_explains_the_data(folder):
    """Probe, truth, positions, scale and normalisation of the folder fit together, up to photon noise."""
    setup, facts = read_json(folder / "setup.json"), read_json(folder / "truth.json")
    test = GroupedData.load(folder / "test.npz")
    truth = np.load(folder / "ground_truth_amp.npy") * np.exp(1j * np.load(folder / "ground_truth_phase.npy"))
    P = probe.model_probe(np.load(folder / "probe.npy"), mask=True)
    patches = translation.cut(facts["model_scale"] * truth, test.x - facts["origin_x"], test.y - facts["origin_y"], 64)
    stages = forward.forward_stages(
        patches[..., None], np.zeros((len(patches), 1, 2, 1)), P, np.log(setup["intensity_scale"]), None
    )
    predicted = stages["diffraction_amplitude"][..., 0]
    assert np.linalg.norm(predicted - test.X) / np.linalg.norm(test.X) < 0.01
    assert setup["object_amplitude"] == pytest.approx(32 / np.linalg.norm(P))


def test_data_follow_the_npz_contract(folder, raw):
    again = npz.validated(npz.read_arrays(folder / "data.npz"), "data.npz")
    np.testing.assert_array_equal(again.diffraction, raw.diffraction)
    np.testing.assert_array_equal(again.x, raw.x)
    np.testing.assert_allclose(probe.normalise(again.probe, 4.0), np.load(folder / "probe.npy"))


def test_without_a_split_all_patterns_do_both(raw, tmp_path):
    build(scenario(split="none"), raw, tmp_path)
    setup = read_json(tmp_path / "setup.json")
    assert (setup["patterns"], setup["train_patterns"], setup["test_patterns"]) == (60, 60, 60)


def twice_exposed(raw: RawData) -> RawData:
    """The same scan with every point exposed twice; the second exposures are other patterns."""
    again = replace(raw, diffraction=raw.diffraction[:, ::-1])
    return replace(
        raw,
        **{
            name: np.concatenate([getattr(raw, name), getattr(again, name)])
            for name in ("diffraction", "x", "y", "scan_index")
        },
    )


def test_a_point_exposed_twice_is_either_trained_or_tested(raw, tmp_path):
    build(scenario(), twice_exposed(replace(raw, y=np.rint(raw.y / 20))), tmp_path)
    train, test = GroupedData.load(tmp_path / "train.npz"), GroupedData.load(tmp_path / "test.npz")
    assert len(train.x) + len(test.x) == 120
    assert not set(zip(train.x, train.y, strict=True)) & set(zip(test.x, test.y, strict=True))


def test_patterns_at_one_position_cannot_be_split(raw, tmp_path):
    stuck = replace(raw, x=np.full(60, 80.0), y=np.full(60, 80.0), origin="a.npz")
    with pytest.raises(HarnessError, match=r"a.npz: all patterns \(60\) lie at one position"):
        build(scenario(), stuck, tmp_path)
    build(scenario(split="none"), stuck, tmp_path)


def test_too_few_patterns_for_the_groups(raw, tmp_path):
    few = scenario().model_copy(update={"grouping": GroupingSpec(gridsize=2, groups=32)})
    with pytest.raises(HarnessError, match="32 groups need as many positions to start from, and there are 30"):
        build(few, raw, tmp_path)


def test_the_probe_is_refined_on_the_training_half_alone(raw, tmp_path):
    wanted = measured(refine_iterations=5).model_copy()
    dataset = wanted.dataset.model_copy(update={"reference_iterations": 7})
    paths = reference_inputs(wanted.model_copy(update={"dataset": dataset}), raw, tmp_path)
    refine, reference = read_npz(paths["refine"]), read_npz(paths["reference"])
    assert (len(refine["x"]), len(reference["x"])) == (30, 60)
    assert refine["y"].max() < np.sort(raw.y)[30]
    np.testing.assert_array_equal(reference["amplitude"], raw.diffraction)
    assert set(refine) == {"amplitude", "x", "y", "probe"}
    assert reference_inputs(scenario(), raw, tmp_path) == {}


def test_a_refined_probe_and_a_reference_stand_in(raw, tmp_path):
    wanted = measured(refine_iterations=5)
    wanted = wanted.model_copy(update={"dataset": wanted.dataset.model_copy(update={"reference_iterations": 7})})
    refined = 5j * raw.probe[::-1]
    truth = Truth("reference", np.full((170, 160), 2j), -3.0, 4.0)
    build(wanted, raw, tmp_path, refined, Reference(raw.probe, truth))
    np.testing.assert_allclose(np.load(tmp_path / "probe.npy"), probe.normalise(refined, 4.0))
    assert read_json(tmp_path / "truth.json")["kind"] == "reference"
    counted = scale.pattern_energies(raw.diffraction).mean()
    assert read_json(tmp_path / "setup.json")["nphotons"] == pytest.approx(counted)


@pytest.mark.parametrize(("iterations", "given"), [(5, False), (0, True)])
def test_a_refined_probe_is_there_when_and_only_when_asked_for(raw, tmp_path, iterations, given):
    with pytest.raises(HarnessError, match=r"dataset.probe.refine_iterations"):
        build(measured(refine_iterations=iterations), raw, tmp_path, raw.probe if given else None)


def test_measured_data_without_a_reference_have_no_truth(raw, tmp_path):
    build(measured(), replace(raw, origin="a.npz"), tmp_path)
    assert not (tmp_path / "truth.json").exists()


@pytest.mark.parametrize(("half", "rows"), [("training", slice(0, 30)), ("test", slice(30, 60))])
def test_a_half_without_a_photon_is_refused(raw, tmp_path, half, rows):
    dark = raw.diffraction.copy()
    dark[np.argsort(raw.y)[rows]] = 0
    with pytest.raises(HarnessError, match=f"the {half} patterns hold no photon"):
        build(scenario(), replace(raw, diffraction=dark, origin="a.npz"), tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_is_odd_about_measured_data_stands_beside_the_conversions(raw, tmp_path):
    odd = replace(raw, origin="a.npz", notes=("A note.",), doubts=("A doubt.",))
    build(measured(), odd, tmp_path)
    assert read_json(tmp_path / "setup.json")["conversions"] == ["A note.", "A doubt."]
