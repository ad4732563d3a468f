"""Each verb: what it prints, its JSON, its exit status, and the example in its help."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Verb = Callable[..., Result]
VERBS = (
    "list", "explain", "doctor", "run", "calibrate", "judge", "report", "compare", "reassembly", "history",
    "patch-stats", "compare-stats", "simulate", "train", "infer", "manifest", "bundle", "verify",
    "readme", "nightly",
)  # fmt: skip
PRINT_NO_RESULT = ("simulate", "train", "infer", "bundle", "readme", "nightly")
"""Verbs that leave files, and print where."""


@pytest.mark.parametrize("name", VERBS)
def test_help_has_an_example(verb: Verb, name: str) -> None:
    result = verb(name, "--help")
    assert result.exit_code == 0
    assert re.search(rf"Example: python -m harness {name}\b", result.stdout)
    assert ("--json" in result.stdout) == (name not in PRINT_NO_RESULT)


def test_list(verb: Verb) -> None:
    assert re.search(r"^small +simulated +64 +1 +2 .*Small\.$", verb("list").stdout, re.MULTILINE)
    (row,) = json.loads(verb("list", "--json", "--profile", "smoke").stdout)
    assert (row["id"], row["profile"], row["gridsize"]) == ("small", "smoke", 1)


def test_explain_names_the_origin_of_every_value(verb: Verb) -> None:
    arguments = ("explain", "small", "--override", "training.seed=7")
    text = verb(*arguments).stdout
    assert re.search(r"epochs: 2 # scenario: .*small.yaml:4", text)
    assert re.search(r"seed: 7 # override", text)
    (case,) = json.loads(verb(*arguments, "--json").stdout)
    assert case["values"]["model.border"] == {"value": "zeros", "origin": "default"}
    assert all(value["origin"] for value in case["values"].values())


def test_doctor_says_what_is_there_and_what_is_missing(verb: Verb) -> None:
    found = json.loads(verb("doctor", "--json").stdout)
    assert set(found["backends"]) >= {"tensorflow", "torch"}
    assert found["cores"] >= 1
    text = verb("doctor", "--python", "torch=/bin/false")
    assert text.exit_code == 1
    assert "missing: --parity-python torch=/bin/false" in text.stdout


def test_run_climbs_the_ladder_and_leaves_a_hub(home: Path) -> None:
    lines = (home / "output.txt").read_text().splitlines()
    assert lines[0].startswith("small: ERROR at stages: ")
    assert lines[1] == "hub: hub"
    assert (home / "hub" / "index.html").is_file()
    summary = json.loads((home / "hub" / "summary.json").read_text())
    assert summary["exit_status"] == 1
    assert summary["totals"]["cases"] == 1


def test_run_says_what_came_from_the_store(verb: Verb, tmp_path: Path) -> None:
    result = verb("run", "small", "--backends", "toy,other", "--hub", str(tmp_path / "again"), "--json")
    assert result.exit_code == 1
    backends = json.loads(result.stdout)["cases"][0]["backends"]
    assert all(side["cached"] for side in backends.values())


def test_judge_finds_the_same_again_and_writes_nothing(verb: Verb, home: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (home / "hub").rglob("*")}
    result = verb("judge", "hub", "--json")
    assert result.exit_code == 1
    (case,) = json.loads(result.stdout)
    assert len(case["rungs"]) == 18
    assert all(rung["status"] == rung["recorded"] for rung in case["rungs"])
    assert {path: path.stat().st_mtime_ns for path in (home / "hub").rglob("*")} == before
    assert re.search(r"^small +canvas +pass +pass ", verb("judge", "hub").stdout, re.MULTILINE)


def test_judge_gives_every_number_of_the_report_again_without_a_backend(home: Path, tmp_path: Path) -> None:
    """From the files alone: the figures are deleted, the toys are nowhere, and no framework can be imported."""
    copy = Path(shutil.copytree(home / "hub", tmp_path / "hub"))
    shutil.rmtree(copy / "small" / "comparison")
    broken = tmp_path / "broken"
    for framework in ("tensorflow", "torch", "keras"):
        (broken / framework).mkdir(parents=True)
        (broken / framework / "__init__.py").write_text("raise ImportError('no backend may run')\n")
    path = os.pathsep.join([str(broken), str(Path(__file__).parents[3])])
    environment = {**os.environ, "PYTHONPATH": path}  # the same linear algebra, and so the same last digits
    command = [sys.executable, "-m", "harness", "judge", str(copy), "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    judged = [case["summary"] for case in json.loads(done.stdout)]
    recorded = json.loads((home / "hub" / "summary.json").read_text())["cases"]
    assert judged == recorded
    values = [check["value"] for check in recorded[0]["checks"] if check["value"] is not None]
    assert len(values) > 20
    assert recorded[0]["backends"]["toy"]["reconstruction"]["amplitude"]["mae"] > 0


def test_judge_finds_a_changed_file_and_not_what_was_recorded(verb: Verb, home: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(home / "hub", tmp_path / "hub"))
    name = copy / "small" / "toy" / "train_outputs" / "history.json"
    history = json.loads(name.read_text())
    history["epochs"][-1]["metrics"]["loss"] = 77.0
    name.write_text(json.dumps(history))
    (case,) = json.loads(verb("judge", str(copy), "--json").stdout)
    assert case["summary"]["backends"]["toy"]["final_loss"] == 77.0
    telemetry = {check["name"]: check for rung in case["rungs"] for check in rung["checks"]}["final_loss"]
    assert telemetry["status"] == "fail"


def test_judge_holds_a_hub_against_the_limits_that_were_stated_for_it(verb: Verb, tmp_path: Path) -> None:
    """An override tightened one session; the next does without it, and judging the hubs again mixes nothing up."""
    limit = "limits.scale.closed_form=1e-5"
    for name, more in (("strict", ("--override", limit)), ("plain", ())):
        verb("run", "small", "--backends", "toy,other", "--hub", str(tmp_path / name), *more)
    found = {}
    for name in ("plain", "strict", "plain"):
        (case,) = json.loads(verb("judge", str(tmp_path / name), "--json").stdout)
        assert all(rung["status"] == rung["recorded"] for rung in case["rungs"])
        checks = {f"{check['rung']}.{check['name']}": check for check in case["summary"]["checks"]}
        found[name] = (checks["scale.toy.closed_form"]["limit"], checks["scale.toy.closed_form"]["origin"])
    assert found == {"strict": (1e-5, "override"), "plain": (0.3, "ledger")}


def test_report_renders_again(verb: Verb, home: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(home / "hub", tmp_path / "hub"))
    manifest = (copy / "manifest.json").read_bytes()
    before = (copy / "index.html").stat().st_ino
    result = verb("report", str(copy))
    assert result.exit_code == 0
    assert (copy / "index.html").stat().st_ino != before
    assert (copy / "manifest.json").read_bytes() == manifest
    assert (copy / "index.html").read_bytes() == (home / "hub" / "index.html").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("explain", "nonsense"), "error: nonsense: is no scenario; there are small."),
        (("explain", "smal"), 'error: smal: is no scenario, did you mean "small"; there are small.'),
        (("list", "--profile", "big"), "error: --parity-profile: found 'big'; allowed: smoke, stable, full."),
        (("judge", "scenarios"), "error: scenarios: is not a hub (it holds no session.json)."),
        (("report", "scenarios"), "error: scenarios: is not a hub (it holds no session.json)."),
        (
            ("run", "small", "--hub", "hub"),
            "error: hub: is not empty, and a hub is never overwritten; name another.",
        ),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_status_2(
    home: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    done = subprocess.run([sys.executable, "-m", "harness", *arguments], cwd=home, capture_output=True, text=True,
                          env={"PYTHONPATH": str(Path(__file__).parents[3])}, check=False)  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (2, "", sentence + "\n")


def test_a_hub_that_was_changed_is_refused(home: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(home / "hub", tmp_path / "hub"))
    (copy / "small" / "checks" / "stages.json").unlink()
    command = [sys.executable, "-m", "harness", "report", str(copy)]
    done = subprocess.run(command, cwd=Path(__file__).parents[3], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "small/checks/stages.json" in done.stderr


def test_doctor_says_what_becomes_of_a_user_s_own_configuration(
    verb: Verb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".keras").mkdir()
    (tmp_path / ".keras" / "keras.json").write_text("{}")
    for name, value in {"HOME": str(tmp_path), "KERAS_BACKEND": "torch", "TF_XLA_FLAGS": "--x"}.items():
        monkeypatch.setenv(name, value)
    text = verb("doctor").stdout
    assert "TF_XLA_FLAGS=--x: each side gets it, and it is in every key" in text
    assert "KERAS_BACKEND=torch: no side gets it; a scenario gives it under pair, environment" in text
    assert "~/.keras/keras.json: no side reads it" in text
