"""A side that is two command lines and files of numbers, for real: what the ladder says of it, and what it refuses."""

import io
import os
import re
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from harness import layout
from harness.errors import HarnessError
from harness.files import read_json, read_npz
from harness.judge import ladder, tolerances
from harness.judge.evidence import Evidence
from harness.networks.pair import loading
from harness.run import pair, side
from harness.run.plan import LEGS
from harness.run.run_case import run_case
from harness.run.run_options import RunOptions
from harness.scenario.case import Case
from harness.scenario.keys import leaves
from harness.scenario.pair import PairScenario, SideSpec
from harness.toolkits.command.outputs import read_outputs
from harness.toolkits.command.port import CommandPort

COMMANDS = Path(__file__).parent / "commands"
TRAIN, INFER = (
    f"{sys.executable} train.py {{data}} {{output}} {{epochs}}",
    f"{sys.executable} infer.py {{data}} {{output}} {{model}}",
)
OUTPUTS = {"history.loss": "history.csv:loss", "patches": "found.npz:patches"}
SIDE = {"port": "command", "train": TRAIN, "infer": INFER, "outputs": OUTPUTS, "code": ["train.py", "infer.py"]}


def make_case(**candidate: Any) -> Case:
    scenario = PairScenario.model_validate(
        {
            "dataset": {"object": {"shape": (160, 160)}, "scan": {"images": 24}, "nphotons": 1e6},
            "grouping": {"groups": 4},
            "training": {"epochs": 2, "batch_size": 2},
            "inference": {"group_limit": 4},
            "pair": {"reference": {**SIDE, "name": "first"}, "candidate": {**SIDE, "name": "second", **candidate}},
        }
    )
    return Case(
        "commands",
        "commands",
        COMMANDS / "commands.yaml",
        "smoke",
        scenario,
        dict.fromkeys(leaves(scenario), "default"),
        {},
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture
def run(store: Path, tmp_path: Path) -> Callable[[Case], dict[tuple[str, str], str | None]]:
    """Run a case; returns the error of each job."""

    def run(case: Case) -> dict[tuple[str, str], str | None]:
        options = RunOptions(("first", "second"), {}, "cpu", store, 120.0)
        run_case(case, LEGS, options, tmp_path / "case", lambda _: None)
        (tmp_path / "case" / layout.SCENARIO).write_text(case.resolved_yaml())
        return {(job["backend"], job["leg"]): job["error"] for job in read_json(tmp_path / "case" / layout.JOBS)}

    return run


def verdicts(folder: Path, case: Case) -> dict[str, str]:
    evidence, limits = Evidence(folder, ("first", "second")), tolerances.limits_of(case)
    left_out = ("ensemble", "golden", "settings")
    return {rung: ladder.judge_rung(rung, evidence, limits).status for rung in ladder.JUDGES if rung not in left_out}


def test_two_commands_are_judged_from_their_files(run, tmp_path: Path) -> None:
    case = make_case()
    assert set(run(case).values()) == {None}
    found = verdicts(tmp_path / "case", case)
    deep = ("spec", "stages", "physics", "loss", "gradient", "step", "trajectory", "scale", "canvas", "exchange")
    assert {rung: found[rung] for rung in deep} == dict.fromkeys(deep, "inconclusive")
    assert found["dataset"] == "pass"
    assert "error" not in found.values()
    assert found["telemetry"] == "inconclusive"  # nobody said how many steps, at which learning rate
    trained = read_json(tmp_path / "case" / "first" / "own_loop" / "model.json")
    assert trained["patterns"] == 12  # the half for testing was not trained on


PICTURE = {"canvas": "found.npz:canvas", "canvas_centre": "found.npz:centre"}
ALONE = {"history.loss": OUTPUTS["history.loss"], **PICTURE}
SCALES = {"scale": "model.json:scale", "scale_used": "used.json:scale"}


def checks(folder: Path, case: Case, rung: str) -> dict[str, str]:
    """Status by name of the checks of a rung."""
    found = ladder.judge_rung(rung, Evidence(folder, ("first", "second")), tolerances.limits_of(case)).checks
    return {check.name: check.status for check in found}


@pytest.mark.parametrize("outputs", [ALONE, {**OUTPUTS, **PICTURE}])
def test_a_picture_is_brought_onto_the_canvas_where_its_pixels_lie(run, outputs, tmp_path: Path) -> None:
    case = make_case(outputs=outputs)
    assert set(run(case).values()) == {None}
    canvas = Evidence(tmp_path / "case", ("first", "second")).canvas("second")
    size = canvas.facts.size
    x, y = (centre + np.arange(size) - size // 2 for centre in canvas.centre)
    assert canvas.centre[0] % 1 != 0, "a centre between pixels"
    covered = canvas.coverage > 0
    assert covered.sum() > 1000
    expected = 1 + 0.001 * x + 0.002 * y[:, None]
    np.testing.assert_allclose(canvas.field[covered], expected[covered], rtol=1e-6)  # float32 in the evidence


def test_a_picture_alone_is_judged_as_far_as_it_goes(run, tmp_path: Path) -> None:
    case = make_case(outputs=ALONE)
    run(case)
    canvas = checks(tmp_path / "case", case, "canvas")
    assert canvas["second.own_picture"] == canvas["second.fits_canvas"] == canvas["second.positions"] == "pass"
    assert canvas["second.stitched"] == "inconclusive"
    assert checks(tmp_path / "case", case, "patches")["second.contrast"] == "inconclusive"
    assert "error" not in verdicts(tmp_path / "case", case).values()
    patches = Evidence(tmp_path / "case", ("first", "second")).predictions("second").patches
    assert np.ptp(np.abs(patches)) > 0.05, "cut from the ramp, not the flat patches"


def test_a_picture_that_does_not_hold_the_scan_is_red(run, tmp_path: Path) -> None:
    case = make_case(outputs=ALONE, infer=f"{INFER} --small")
    run(case)
    assert checks(tmp_path / "case", case, "canvas")["second.own_picture"] == "fail"


@pytest.mark.parametrize(("flag", "status"), [("", "pass"), (" --leaves-out", "fail")])
def test_a_picture_that_is_empty_where_patterns_were_taken_is_red(run, flag, status, tmp_path: Path) -> None:
    case = make_case(outputs={**OUTPUTS, **PICTURE}, infer=INFER + flag)
    run(case)
    assert checks(tmp_path / "case", case, "canvas")["second.own_filled"] == status


@pytest.mark.parametrize(("flag", "status"), [("", "pass"), (" --other-scale", "fail")])
def test_the_scale_of_the_training_is_held_against_that_of_the_inference(run, flag, status, tmp_path: Path) -> None:
    case = make_case(outputs={**OUTPUTS, **SCALES}, infer=INFER + flag)
    run(case)
    found = checks(tmp_path / "case", case, "scale")
    assert found["second.restored"] == status
    assert found["second.closed_form"] == "fail"  # 7.5 is not what follows from the photons
    assert found["first"] == found["sides"] == "inconclusive"
    assert not {"second.initial", "second.moved", "second.fixed", "second.weights"} & set(found)


def test_an_inference_that_does_not_say_its_scale_is_no_evidence(run, tmp_path: Path) -> None:
    case = make_case(outputs={**OUTPUTS, "scale": "model.json:scale"})
    run(case)
    assert checks(tmp_path / "case", case, "scale")["second.restored"] == "inconclusive"


@pytest.mark.parametrize(
    ("candidate", "leg", "sentence"),
    [
        (
            {"train": f"{TRAIN} --fails"},
            "train",
            "pair.candidate.train: ended with status 1; its last line: no training today",
        ),
        (
            {"outputs": {**OUTPUTS, "history.loss": "losses.csv:loss"}},
            "train",
            "pair.candidate.outputs.history.loss: losses.csv:loss: the command left no such file; it left history.csv, "
            "model.json.",
        ),
        (
            {"outputs": {**OUTPUTS, "patches": "found.npz:recon"}},
            "infer",
            "pair.candidate.outputs.patches: found.npz:recon: the file holds no 'recon'.",
        ),
        (
            {"outputs": {**OUTPUTS, "patches": "found.npz:square"}},
            "infer",
            "second: patches have shape (120, 120); (12, 64, 64) is needed, one of each test pattern.",
        ),
        (
            {"outputs": {}, "reader": "reader.py:unlike_a_table"},
            "train",
            "pair.candidate.reader: reader.py:unlike_a_table: returned list for train; return a dict such as "
            "{'history.loss': ...} or {'patches': ...}.",
        ),
    ],
)
def test_what_goes_wrong_is_one_sentence(run, candidate, leg, sentence) -> None:
    assert run(make_case(**candidate))["second", leg] == sentence


def test_a_function_reads_what_a_table_does(run, tmp_path: Path) -> None:
    case = make_case(outputs={}, reader="reader.py:read")
    assert set(run(case).values()) == {None}
    table, function = (tmp_path / "case" / side for side in ("first", "second"))
    assert read_json(function / "train_outputs" / "history.json") == read_json(table / "train_outputs" / "history.json")
    patches = [read_npz(side / "inference_outputs" / "patches.npz")["patches"] for side in (table, function)]
    np.testing.assert_array_equal(*patches)


def test_a_folder_of_the_user_is_on_the_import_path_as_the_scenario_sees_it(run) -> None:
    importing = {"outputs": {}, "reader": "reader.py:importing"}
    assert "No module named 'kept_elsewhere'" in run(make_case(**importing))["second", "train"]
    found = run(make_case(**importing, environment={"PYTHONPATH": "package"}))
    assert found["second", "train"] is found["second", "infer"] is None


def test_the_folders_of_the_user_follow_those_that_the_harness_needs(tmp_path: Path) -> None:
    found = side.environment_of(SimpleNamespace(package=None, variables={"PYTHONPATH": "own", "A": "1"}), tmp_path)  # type: ignore[arg-type]
    first, *_, last = found["PYTHONPATH"].split(os.pathsep)
    assert (Path(first) / "harness").exists()
    assert (last, found["A"]) == ("own", "1")


def test_what_cannot_be_imported_says_how_it_is_found() -> None:
    with pytest.raises(HarnessError, match=r"name its folder, .* in pair\.reference\.environment\.PYTHONPATH\."):
        loading.found("absent_package:build", COMMANDS, "pair.reference.factory: absent_package:build")


def test_the_bytes_of_the_file_of_the_reader_are_in_the_key(tmp_path: Path) -> None:
    case = replace(make_case(outputs={}, reader="reader.py:read", code=[]), path=tmp_path / "commands.yaml")
    (tmp_path / "reader.py").write_text("before")
    before = pair.side_inputs(case, "second").code
    (tmp_path / "reader.py").write_text("after")
    assert pair.side_inputs(case, "second").code != before


def test_a_command_is_told_the_numbers_and_the_checkout_and_the_log_says_it_first(tmp_path: Path, capsys) -> None:
    environment = {"PYTHONPATH": "{upstream}", "FIRST": "1"}
    said = f"{sys.executable} told.py {{gridsize}} {{groups}} {{neighbor_count}} {{output}}"
    spec = {"port": "command", "train": said, "infer": "true", "reader": "reader.py:read", "environment": environment}
    setup = SimpleNamespace(scenario=make_case().scenario, seed=0, home=COMMANDS, upstream=tmp_path)
    port = CommandPort(setup, SideSpec.model_validate(spec), "pair.candidate", lambda *_: {"history.loss": [1.0]})  # type: ignore[arg-type]
    port.fit(tmp_path, tmp_path, lambda _: None)
    told = capsys.readouterr().out.splitlines()
    assert told[:2] == [f"PYTHONPATH={tmp_path}", "FIRST=1"]
    assert told[2] == f"{sys.executable} told.py 1 4 4 {tmp_path}"
    assert told[3:] == ["1 4 4", f"{tmp_path} 1"]


def port_of(reader: Callable[[Path, str], Any]) -> CommandPort:
    setup = SimpleNamespace(scenario=make_case().scenario, seed=0, home=COMMANDS, upstream=None)
    spec = SideSpec.model_validate({"port": "command", "train": "true", "infer": "true", "reader": "reader.py:read"})
    return CommandPort(setup, spec, "pair.candidate", reader)  # type: ignore[arg-type]


NEEDED = "a value an epoch of every metric is needed, history.loss among them; found"


@pytest.mark.parametrize(
    ("left", "sentence"),
    [
        ({}, f"{NEEDED} nothing."),
        ({"loss": [1.0]}, f"{NEEDED} loss: (1,)."),
        ({"history.loss": []}, f"{NEEDED} history.loss: (0,)."),
        ({"history.loss": [1.0, 0.5], "history.mae": [1.0]}, f"{NEEDED} history.loss: (2,), history.mae: (1,)."),
        ({"history.loss": np.ones((2, 2))}, f"{NEEDED} history.loss: (2, 2)."),
        ({"history.loss": [1j]}, "history.loss is complex; real values are needed."),
        ({"history.loss": ["low"]}, "numbers are needed."),
        ({"history.loss": [[1.0], [1.0, 2.0]]}, "history.loss: is no array"),
        (None, "returned NoneType for train; return a dict"),
    ],
)
def test_what_a_reader_must_not_return_of_a_training(left, sentence, tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match=re.escape(sentence)):
        port_of(lambda _, __: left).fit(tmp_path, tmp_path, lambda _: None)


@pytest.mark.parametrize(
    ("left", "sentence"),
    [
        ({"recon": np.ones(3)}, "needs 'patches' or 'canvas'; it returned recon."),
        ({"canvas": np.ones((4, 4))}, "canvas hold float64; complex values are needed."),
        ({"canvas": np.ones((4, 4), complex)}, "found the shapes (4, 4) and (0,)."),
        ({"canvas": np.ones(4, complex), "canvas_centre": [1, 2]}, "found the shapes (4,) and (2,)."),
        ({"canvas": np.ones((4, 4), complex), "canvas_centre": [1, np.nan]}, "'canvas' needs (rows, columns)"),
        ({"patches": np.ones((3, 4, 4), complex), "scale_used": [1.0, 2.0]}, "one real number is needed"),
        ({"patches": np.ones((3, 4, 4))}, "patches hold float64; complex values are needed."),
        ({"patches": np.ones((3, 4, 4), np.uint8)}, "patches: holds uint8, as a picture does"),
    ],
)
def test_what_a_reader_must_not_return_of_an_inference(left, sentence, tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match=re.escape(sentence)):
        port_of(lambda _, __: left).answer(tmp_path, tmp_path, tmp_path)


def test_a_reader_that_raises_names_its_own_line(tmp_path: Path) -> None:
    with pytest.raises(
        HarnessError, match=r"reader\.py:read: raised ZeroDivisionError.* \(test_command_port\.py:\d+\)"
    ):
        port_of(lambda _, __: 1 / 0).answer(tmp_path, tmp_path, tmp_path)


def whole_npz() -> bytes:
    stream = io.BytesIO()
    np.savez(stream, patches=np.ones(9))
    return stream.getvalue()


def pickled(name: str) -> bytes:
    stream = io.BytesIO()
    objects = np.array([{}], dtype=object)
    np.savez(stream, patches=objects) if name == "npz" else np.save(stream, objects, allow_pickle=True)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.npz:patches", whole_npz()[:200], "cannot be read"),
        ("a.npz:patches", b"\x89PNG\r\n\x1a\n" + bytes(99), "cannot be read"),
        ("a.npz:patches", b"", "cannot be read"),
        ("a.npz:patches", pickled("npz"), "cannot be read"),
        ("a.npy", pickled("npy"), "cannot be read"),
        ("a.npy", b"", "cannot be read"),
        ("a.json:patches", b"\xff\xfe", "cannot be read"),
        ("a.json:patches", b'{"patches": "low"}', "numbers are needed"),
        ("a.csv:patches", b"patches\nlow\n", "cannot be read"),
    ],
)
def test_a_broken_file_is_one_sentence(name, content, sentence, tmp_path: Path) -> None:
    (tmp_path / name.partition(":")[0]).write_bytes(content)
    with pytest.raises(HarnessError, match=sentence):
        read_outputs(tmp_path, {"patches": name}, "pair.candidate.outputs")


def test_the_case_of_a_suffix_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "A.NPZ").write_bytes(whole_npz())
    assert read_outputs(tmp_path, {"patches": "A.NPZ:patches"}, "outputs")["patches"].shape == (9,)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"outputs": {**OUTPUTS, "history.mse": "found.png"}},
            "values of a picture are rounded and scaled",
        ),
        ({"outputs": {**OUTPUTS, "patches": "found.tiff"}}, "values of a picture are rounded and scaled"),
        ({"outputs": {**OUTPUTS, "patches": "found.JPG:all"}}, "values of a picture are rounded and scaled"),
        ({"reader": "reader.py:read"}, "needs train, infer and one of outputs and reader"),
        ({"outputs": {}}, "needs train, infer and one of outputs and reader"),
        ({"outputs": {}, "reader": "reader.py"}, "must be FILE.py:CALLABLE"),
        (
            {"outputs": {**OUTPUTS, "colour": "found.npz:colour"}},
            "found colour, allowed: history.<metric>, patches, scale, scale_used, canvas, canvas_centre",
        ),
        ({"outputs": {"history.loss": "a.npy"}}, "lacks patches and canvas; one of them is needed"),
        ({"outputs": {**OUTPUTS, "canvas": "a.npy"}}, "canvas and canvas_centre are needed together"),
        ({"outputs": {"patches": "found.npz:patches"}}, "outputs: lacks history.loss"),
        ({"outputs": {**OUTPUTS, "patches": "found.npz"}}, "must be FILE:KEY"),
        ({"train": "python train.py {folder}"}, "has the places folder; allowed: data, output, model"),
        ({"train": "python train.py {"}, "is no template"),
        ({"infer": ""}, "port 'command' needs train, infer and one of outputs and reader, and no factory"),
        ({"port": "own"}, "'factory' must be given where port is 'own'"),
        ({"port": "own", "factory": "side.py:build"}, "train, infer, outputs: are for port 'command' alone"),
    ],
)
def test_what_the_scenario_must_not_say(changes, sentence) -> None:
    with pytest.raises(ValidationError, match=sentence.replace("{", ".").replace("<", ".")):
        SideSpec.model_validate({**SIDE, **changes})


@pytest.mark.slow
def test_what_a_command_left_running_is_not_waited_for(run) -> None:
    started = time.monotonic()
    jobs = run(make_case(train=f"{TRAIN} --leaves-a-process --fails"))
    assert jobs["second", "train"] == "pair.candidate.train: ended with status 1; its last line: no training today"
    assert time.monotonic() - started < 60
