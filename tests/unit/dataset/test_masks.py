"""Detector pixels that do not count: described by a scenario or by a file, and 0 in whatever is built."""

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from harness.dataset import masks, npz
from harness.dataset.build import build, reference_inputs
from harness.dataset.grouped import GroupedData
from harness.dataset.simulate import simulate
from harness.files import read_json, read_npz
from harness.networks.pinn.sections import PinnScenario
from harness.physics import forward, probe, translation
from harness.scenario.schema import DatasetSpec, MaskSpec

N = 64
MASK = {"beamstop": 8.0, "gap": 4, "gap_from": 40}


def scenario(**dataset) -> PinnScenario:
    spec = {"object": {"shape": [150, 150]}, "scan": {"images": 40}, "probe": {"kind": "zone_plate"}, "mask": MASK}
    return PinnScenario.model_validate({"dataset": spec | dataset, "grouping": {"groups": 16}})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("masked")
    build(scenario(), simulate(scenario().dataset), path)
    return path


def test_a_beamstop_and_a_gap():
    mask = masks.described(MaskSpec(**MASK), N)
    assert not mask[:, 40:44].any()
    assert mask[0, :40].all()
    assert mask[0, 44:].all()
    assert not mask[32, 25:40].any()
    assert mask[32, 24]
    assert not mask[25:40, 32].any()


def test_nothing_described_is_no_mask():
    assert masks.described(MaskSpec(), N) is None
    raw = simulate(scenario(mask={}).dataset)
    assert raw.mask is None
    assert masks.applied(raw, MaskSpec()) is raw


@pytest.mark.parametrize("wrong", [{"beamstop": 33.0}, {"gap": 64}, {"gap": 5, "gap_from": 60}])
def test_a_mask_that_leaves_the_detector_is_refused(wrong):
    with pytest.raises(ValidationError, match="allowed are a radius of at most 32, and a gap that lies on the 64 col"):
        DatasetSpec.model_validate({"mask": wrong})


def test_a_scenario_without_a_mask_is_written_as_before_there_were_any():
    """Its keys, and what golden files say that they depend on, are digests of this."""
    assert "mask" not in DatasetSpec().model_dump(mode="json")
    masked = DatasetSpec.model_validate({"mask": MASK})
    assert masked.model_dump(mode="json")["mask"] == MASK
    assert DatasetSpec.model_validate(masked.model_dump(mode="json")) == masked


def test_photons_are_those_of_the_pixels_that_count(folder):
    setup, train = read_json(folder / "setup.json"), GroupedData.load(folder / "train.npz")
    assert setup["counted_photons"] == pytest.approx(1e9, rel=1e-4)
    assert setup["intensity_scale"] == pytest.approx(setup["intensity_scale_closed_form"], rel=1e-6)
    assert np.square(train.X, dtype=float).sum(axis=(1, 2))[train.groups].mean() == pytest.approx(32**2, rel=1e-6)
    assert setup["conversions"] == ["449 of 4096 detector pixels do not count, and hold 0 in every pattern."]


def test_every_file_holds_nothing_on_a_bad_pixel(folder):
    mask = np.load(folder / "mask.npy")
    np.testing.assert_array_equal(mask, masks.described(MaskSpec(**MASK), N))
    data = read_npz(folder / "data.npz")
    np.testing.assert_array_equal(data["mask"], mask)
    for patterns in (data["diff3d"], read_npz(folder / "train.npz")["X"], read_npz(folder / "test.npz")["X"]):
        assert not patterns[:, ~mask].any()
        assert patterns[:, mask].any()


def test_the_truth_under_the_model_probe_explains_the_pixels_that_count(folder):
    facts, test = read_json(folder / "truth.json"), GroupedData.load(folder / "test.npz")
    truth = np.load(folder / "ground_truth_amp.npy") * np.exp(1j * np.load(folder / "ground_truth_phase.npy"))
    P = probe.model_probe(np.load(folder / "probe.npy"), mask=False)
    patches = translation.cut(facts["model_scale"] * truth, test.x, test.y, N)
    predicted = np.abs(forward.diffract((P * patches)[..., None]))[..., 0] * np.load(folder / "mask.npy")
    assert np.linalg.norm(predicted - test.X) / np.linalg.norm(test.X) < 0.01


def test_what_a_file_holds_in_a_bad_pixel_reaches_no_file(tmp_path):
    """A saturated pixel that the file itself masks; the described mask leaves out others besides."""
    spec = scenario(source="file", file="a.npz", mask={"gap": 4, "gap_from": 40})
    raw = simulate(scenario(mask={}).dataset)
    mask = np.ones((N, N), bool)
    mask[3, 5] = False
    for name, value in (("dark", 0.0), ("hot", 1e18)):
        diffraction = raw.diffraction.copy()
        diffraction[:, 3, 5] = value
        made = npz.validated(
            {"diff3d": diffraction, "probeGuess": raw.probe, "xcoords": raw.x, "ycoords": raw.y, "mask": mask}, "a.npz"
        )
        build(spec, made, tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "dark").iterdir())
    assert files == ["data.npz", "mask.npy", "probe.npy", "setup.json", "test.npz", "train.npz"]
    for name in files:
        assert (tmp_path / "dark" / name).read_bytes() == (tmp_path / "hot" / name).read_bytes(), name
    both = np.load(tmp_path / "hot" / "mask.npy")
    assert (both.sum(), both[3, 5], both[3, 6]) == (N * N - 4 * N - 1, False, True)


def test_the_reference_reconstruction_is_told_of_the_mask(tmp_path):
    raw = replace(simulate(scenario(mask={}).dataset), origin="a.npz")
    spec = scenario(source="file", file="a.npz", reference_iterations=3)
    found = read_npz(reference_inputs(spec, raw, tmp_path)["reference"])
    assert not found["amplitude"][:, ~found["mask"]].any()
    plain = scenario(source="file", file="a.npz", reference_iterations=3, mask={})
    assert "mask" not in read_npz(reference_inputs(plain, raw, tmp_path)["reference"])
