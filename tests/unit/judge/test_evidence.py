import json

import numpy as np
import pytest

from harness.errors import HarnessError
from harness.files import write_json
from harness.judge.evidence import Evidence, Incapable, NoEvidence
from harness.scenario.schema import Scenario


def test_a_failed_job_says_why_even_if_files_are_there(gs2):
    gs2.stop("torch", "train", "killed after 60 s")
    with pytest.raises(NoEvidence, match="torch, train: killed after 60 s"):
        gs2.evidence.history("torch")
    with pytest.raises(NoEvidence, match="killed"):
        gs2.evidence.bundle("torch")
    assert gs2.evidence.history("tensorflow")


def test_a_job_that_never_ran_is_named(gs2):
    gs2.change_json("jobs.json", lambda jobs: jobs.remove(next(job for job in jobs if job["leg"] == "lockstep")))
    with pytest.raises(NoEvidence, match="no job of the leg 'lockstep'"):
        gs2.evidence.batch("tensorflow")


def test_a_missing_file_is_named(gs2):
    (gs2.path / "torch/inference_outputs/phase.npy").unlink()
    with pytest.raises(NoEvidence, match=r"torch/inference_outputs/phase\.npy: is missing"):
        gs2.evidence.canvas("torch")


@pytest.mark.parametrize(("leg", "read"), [("train_outputs", "bundle"), ("inference_outputs", "predictions")])
def test_a_side_that_cannot_is_incapable(gs2, leg, read):
    here = gs2.path / "torch"
    for path in [*(here / leg).iterdir(), *(here / "bundle").iterdir()]:
        path.unlink()
    write_json(here / leg / "missing.json", {"train": "torch cannot do 'train'"})
    with pytest.raises(Incapable, match="cannot do 'train'"):
        getattr(gs2.evidence, read)("torch")


def test_broken_files_are_named(gs2):
    for name, read in (
        ("torch/lockstep/batch.npz", lambda e: e.batch("torch")),
        ("torch/inference_outputs/amplitude.npy", lambda e: e.canvas("torch")),
        ("torch/train_outputs/history.json", lambda e: e.history("torch")),
        ("torch/bundle/weights.safetensors", lambda e: e.trained_weights("torch")),
        ("scenario.yaml", lambda e: e.scenario),
    ):
        (gs2.path / name).write_bytes(b"\x93NUMPY broken {")
        with pytest.raises(HarnessError, match=name.replace(".", r"\.")):
            read(gs2.evidence)


def test_missing_keys_are_named(gs2):
    gs2.change_json("torch/inference_outputs/canvas.json", lambda facts: facts.pop("centre_x"))
    with pytest.raises(NoEvidence, match="lacks centre_x"):
        gs2.evidence.canvas("torch")
    gs2.change_arrays("torch/lockstep/batch.npz", relative=None)
    with pytest.raises(NoEvidence, match="lacks the arrays relative"):
        gs2.evidence.batch("torch")


def test_pickles_are_refused(gs2):
    np.save(gs2.path / "torch/inference_outputs/amplitude.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(NoEvidence, match="plain NumPy array"):
        gs2.evidence.canvas("torch")


def test_pictures_must_fit_their_canvas(gs2):
    gs2.change_array("torch/inference_outputs/coverage.npy", lambda a: a[:-1])
    with pytest.raises(NoEvidence, match="do not fit the canvas"):
        gs2.evidence.canvas("torch")


def test_patches_and_positions_keep_their_order(gs2):
    stored = np.load(gs2.path / "torch/inference_outputs/patches.npz")
    found = gs2.evidence.predictions("torch")
    assert np.array_equal(found.patches[4 * 2 + 3], stored["patches"][2, :, :, 3])
    assert np.array_equal(found.positions[4 * 2 + 3], stored["positions"][2, 3])


@pytest.mark.parametrize("change", [{"positions": lambda p: p[:-1]}, {"patches": lambda a: a[:, :-1]}])
def test_patches_must_fit_their_positions(gs2, change):
    gs2.change_arrays("torch/inference_outputs/patches.npz", **change)
    with pytest.raises(NoEvidence, match="do not fit"):
        gs2.evidence.predictions("torch")


def test_the_mask_belongs_to_the_probe(gs2):
    whole = gs2.evidence.probe
    gs2.change_scenario(dataset__probe__mask=True)
    assert (gs2.evidence.probe == 0).sum() > (whole == 0).sum()


def test_a_scenario_is_read_once_until_it_changes(gs2):
    """Every rung of a case has evidence of its own and asks for it; reading takes longer than most judging."""
    first = gs2.evidence.scenario
    assert gs2.evidence.scenario is first
    gs2.change_scenario(dataset__probe__mask=True)
    assert gs2.evidence.scenario.dataset.probe.mask


def test_the_scenario_survives_its_round_trip(gs2):
    general = {name: getattr(gs2.scenario, name) for name in Scenario.model_fields}
    assert dict(gs2.evidence.scenario) == general
    assert json.dumps(gs2.evidence.setup.model_dump())


def test_a_side_may_lie_elsewhere(gs2, gs1_phase):
    """Another training of a backend, under a name of its own; scenario and dataset stay the case's."""
    elsewhere = gs1_phase.path / "torch"
    evidence = Evidence(gs2.path, ("torch", "again"), {"again": elsewhere})
    assert evidence.predictions("again").patches.shape == gs1_phase.evidence.predictions("torch").patches.shape
    assert evidence.predictions("torch").patches.shape == gs2.evidence.predictions("torch").patches.shape
    assert evidence.scenario == gs2.evidence.scenario
    gs1_phase.stop("torch", "train", "killed after 60 s")
    moved = Evidence(gs2.path, ("torch", "again"), {"again": elsewhere})
    with pytest.raises(NoEvidence, match="again, train: killed after 60 s"):
        moved.history("again")
    assert moved.history("torch")


BROKEN = {
    "scale": ("torch/bundle/params.json", {"intensity_scale": 3}, "params.json: intensity_scale: "),
    "reconstruction": ("torch/inference_outputs/stats.json", {"twins": []}, "stats.json: twins: "),
    "trajectory": ("torch/trajectory/noise_float32.json", {"steps": {"1": 0}}, "noise_float32.json: steps: "),
    "patches": ("dataset/truth.json", {"origin_x": "left"}, "truth.json: origin_x: "),
}


@pytest.mark.parametrize("rung", BROKEN)
def test_a_file_of_another_form_is_an_error_that_names_file_and_key(gs2, rung):
    file, change, words = BROKEN[rung]
    gs2.change_json(file, lambda held: held.update(change))
    verdict = gs2.judge(rung)
    assert verdict.status == "error"
    assert any(words in check.message for check in verdict.checks)
