"""`localisation.md`, and the bundle that shows the difference alone."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from harness.dataset.grouped import GroupedData
from harness.files import read_json, write_json
from harness.judge.localisation import LOCKSTEP_RUNGS
from harness.ports.feed import batch_of
from harness.report import localisation, repro

ROOT = Path(__file__).parents[3]
JUDGED = runpy.run_path(str(ROOT / "tests" / "unit" / "judge" / "conftest.py"))
F64 = "torch/lockstep/stages_float64.npz"


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return JUDGED["write_case"](tmp_path_factory.mktemp("sound") / "gs2", JUDGED["scenario_of"](2, "none"))


@pytest.fixture
def case(sound, tmp_path):
    return JUDGED["copy_of"](sound, tmp_path / "gs2")


def written_text(case):
    return (case.path / localisation.TEXT).read_text()


def written(case):
    localisation.write(case.evidence, [case.judge(rung) for rung in LOCKSTEP_RUNGS])
    return case.path / localisation.TEXT


def test_nothing_is_left_where_nothing_is_red(case):
    case.change_arrays(F64, exit_wave=lambda a: 1.01 * a)
    assert written(case).is_file()
    case.change_arrays(F64, exit_wave=lambda a: a / 1.01)
    assert not written(case).exists()
    assert not (case.path / localisation.JSON).exists()
    assert not (case.path / repro.FOLDER).exists()


def test_it_says_stage_element_size_and_what_is_wrong_alone(case):
    def shifted(stage):
        stage = stage.copy()
        stage[1, 30, 31, 2] += 0.5
        return stage

    case.change_arrays(F64, object_extracted=shifted, intensity=lambda a: 1.01 * a)
    case.change_arrays("torch/graft/stages.npz", object_extracted=shifted)
    text = written(case).read_text()
    assert text.startswith("# The sides part at stage object_extracted, float64\n")
    assert "element [1, 30, 31, 2] of [4, 64, 64, 4] (sample 1)" in text
    assert "the sides differ in: object_extracted" in text
    assert "`python red/repro/repro.py`" in text
    assert len(text.splitlines()) < 10
    entry = read_json(case.path / localisation.JSON)
    assert entry["max_abs"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("file", "tensor", "where", "look_at"),
    [
        ("lockstep/gradients_float64.npz", "log_scale", "the gradient of log_scale", "look at the backward pass"),
        ("trajectory/first_float64.npz", "log_scale", "log_scale after one step", "look at the optimiser"),
        ("trajectory/steps_float64.npz", "log_scale", "log_scale after 1 steps", "bias correction, the learning rate"),
    ],
)
def test_what_comes_after_the_forward_pass(case, file, tensor, where, look_at):
    case.change_arrays(f"torch/{file}", **{tensor: lambda a: 1.01 * a})
    text = written(case).read_text()
    assert text.startswith(f"# The sides part at {where}, float64\n")
    assert "the sides agree in every stage: " in text
    assert look_at in text


def test_what_the_tensor_is_instead_is_said(case):
    case.change_arrays(F64, exit_wave=np.conj)
    case.change_arrays("torch/graft/stages.npz", exit_wave=np.conj)
    assert "\n- It is tensorflow's, conjugated: " in written(case).read_text()


def test_a_stage_that_could_not_be_tried_alone_is_not_called_wrong(case):
    case.change_arrays(F64, exit_wave=np.conj)
    case.change_arrays("torch/graft/stages.npz", exit_wave=lambda a: a.astype(np.complex64))
    assert "torch gave nothing that can be compared in: exit_wave" in written(case).read_text()


def test_sides_of_different_types_are_named_and_neither_is_blamed(case):
    case.change_arrays(F64, input=lambda a: a.astype(np.float32))
    text = written(case).read_text()
    assert "tensorflow: (4, 64, 64, 4) float64; torch: (4, 64, 64, 4) float32" in text
    assert "the sides compute in different types" in text


def test_sides_that_were_given_different_data_say_so(case):
    case.change_arrays(F64, exit_wave=np.conj)
    assert "the sides agree in every stage: they were given different data" in written(case).read_text()


def test_a_shared_fault_needs_no_bundle(case):
    for backend in ("tensorflow", "torch"):
        case.change_arrays(f"{backend}/lockstep/stages_float64.npz", exit_wave=np.conj)
    text = written(case).read_text()
    assert "(against the oracle)" in text
    assert "No repro bundle: the difference is to the oracle" in text
    localisation.write(case.evidence, [case.judge("physics")])
    assert "Stage by stage: not asked; the rung stages was not judged" in written_text(case)
    assert not (case.path / repro.FOLDER).exists()


def test_the_bundle_holds_the_batch_that_was_fed(case):
    case.change_arrays(F64, exit_wave=lambda a: 1.01 * a)
    written(case)
    data = GroupedData.load(case.path / repro.FOLDER / "inputs.npz")
    batch = batch_of(data, data.batches[0], case.evidence.setup.intensity_scale)
    fed = case.evidence.batch("torch")
    np.testing.assert_array_equal(batch.amplitude, fed["amplitude"])
    np.testing.assert_array_equal(batch.relative, fed["relative"])
    assert len(data.batches) == 1
    assert sum(path.stat().st_size for path in (case.path / repro.FOLDER).iterdir()) < repro.LARGEST


def test_a_bundle_that_would_be_too_large_is_not_made(case, monkeypatch):
    monkeypatch.setattr(repro, "LARGEST", 1000)
    case.change_arrays(F64, exit_wave=lambda a: 1.01 * a)
    assert "No repro bundle" in written(case).read_text()
    assert not (case.path / repro.FOLDER).exists()


PLACES = {
    "stage": {"stage": "exit_wave", "tensor": "exit_wave", "first_step": 0},
    "loss": {"stage": "loss", "tensor": "poisson", "first_step": 0},
    "gradient": {"stage": "gradient", "tensor": "encoder.0.conv1.kernel", "first_step": 0},
    "state": {"stage": "step", "tensor": "encoder.0.conv1.kernel.first_moment", "first_step": 1},
    "trajectory": {"stage": "trajectory", "tensor": "phase.head.bias", "first_step": 3},
}


@pytest.fixture
def bundle(case):
    """A bundle whose sides are PyTorch twice, so that nothing differs, with every pattern that any place needs."""
    case.change_arrays(F64, exit_wave=lambda a: 1.01 * a)
    written(case)
    folder = case.path / repro.FOLDER
    GroupedData.load(case.path / "dataset" / "train.npz").save(folder / "inputs.npz")
    told = read_json(folder / "case.json") | {"backends": ["torch", "torch"], "limit": 1e-12}
    write_json(folder / "case.json", told | {"place": told["place"] | PLACES["trajectory"]})
    return folder


def run_in(folder, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_script_compares_two_real_backends(bundle):
    assert "largest difference 0, 0 of the largest value; limit 1e-12" in run_in(bundle, "repro.py")


EVERY_PLACE = """
import json, runpy, sys
script, places = runpy.run_path("repro.py"), json.loads(sys.argv[1])
case = json.load(open("case.json"))
for place in places.values():
    told = case | {"place": case["place"] | place, "backends": ["a", "b"]}
    assert script["compare"](told, {side: script["compute"](told, "torch") for side in "ab"}) == 0
"""
"""One process, because PyTorch takes longer to import than all places to compute."""


def test_the_script_computes_the_tensor_of_every_place(bundle):
    told = run_in(bundle, "-c", EVERY_PLACE, json.dumps(PLACES))
    assert told.count("largest difference 0, 0 of the largest value; limit 1e-12") == len(PLACES)
    for place in PLACES.values():
        assert f"{place['tensor']} ({place['stage']}, float64), after {place['first_step']} steps" in told


def test_the_script_says_that_tensors_differ(case, capsys):
    script = runpy.run_path(str(repro.SCRIPT))
    told = {"place": PLACES["stage"] | {"precision": "float64"}, "backends": ["a", "b"], "limit": 1e-12}
    ones = np.ones((2, 3))
    assert script["compare"](told, {"a": ones, "b": ones}) == 0
    assert script["compare"](told, {"a": ones, "b": ones * (1 + 1e-9)}) == 1
    assert script["compare"](told, {"a": ones, "b": ones * np.nan}) == 1
    assert script["compare"](told, {"a": ones, "b": ones[:1]}) == 1
    assert "at [0, 0]" in capsys.readouterr().out
