"""The verbs of telemetry: files beside the page, warnings on stdout, exit status, and a manifest that still holds."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import Result

from harness.files import read_json, read_npy, write_json
from harness.session import hub as sessions
from harness.session import manifest

Verb = Callable[..., Result]
SIDES = ("toy", "other")


@pytest.fixture
def copy(home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(home / "hub", tmp_path / "hub"))


def unsealed(hub: Path) -> Path:
    """A hub whose files may be changed: its session was killed before it wrote down what they hold."""
    sessions.reopen(hub)
    for name in ("manifest.json", "checksums.txt"):
        (hub / name).unlink()
    return hub / "small"


def test_every_hub_holds_the_telemetry_of_its_cases(home: Path) -> None:
    listed = {entry["path"]: entry["stage"] for entry in read_json(home / "hub" / "manifest.json")["files"]}
    assert listed["small/reassembly/reassembly.json"] == listed["small/reassembly/reassembly.md"] == "judge"
    for side in SIDES:
        for name in ("train_outputs/history_summary.json", "train_outputs/training_summary.md"):
            assert listed[f"small/{side}/{name}"] == "report"
        assert listed[f"small/{side}/inference_outputs/patch_stats.md"] == "report"
        assert listed[f"small/{side}/stages.json"] == "report"
    assert listed["small/checks/stages.json"] == "judge"  # the verdict of a rung, which bears the same name


@pytest.mark.parametrize("name", ["reassembly", "history", "patch-stats"])
def test_a_tool_writes_again_what_the_session_left(verb: Verb, home: Path, copy: Path, name: str) -> None:
    for path in [*copy.rglob("reassembly.*"), *copy.rglob("*_summary.*"), *copy.rglob("patch_stats.md")]:
        path.unlink()
    manifest.write(copy)  # an old hub, which has none of them
    assert verb(name, str(copy)).exit_code == 0
    assert manifest.changed(copy) == []
    listed = {entry["path"] for entry in read_json(copy / "manifest.json")["files"]}
    made = {"reassembly": "small/reassembly/reassembly.md", "history": "small/toy/train_outputs/training_summary.md",
            "patch-stats": "small/other/inference_outputs/patch_stats.md"}[name]  # fmt: skip
    assert made in listed
    assert (copy / made).read_bytes() == (home / "hub" / made).read_bytes()


def test_reassembly_of_a_canvas_that_is_too_small(verb: Verb, copy: Path) -> None:
    case = unsealed(copy)
    outputs = case / "toy" / "inference_outputs"
    facts = read_json(outputs / "canvas.json")
    write_json(outputs / "canvas.json", facts | {"size": facts["size"] - 8})
    for name in ("amplitude.npy", "phase.npy", "coverage.npy"):
        np.save(outputs / name, read_npy(outputs / name)[4:-4, 4:-4])
    result = verb("reassembly", str(copy), "--json")
    assert result.exit_code == 1
    (found,) = json.loads(result.stdout)
    assert found == read_json(case / "reassembly" / "reassembly.json")
    assert {name: side["fits_canvas"] for name, side in found["sides"].items()} == {"toy": False, "other": True}
    toy = found["sides"]["toy"]
    assert toy["required"] == facts["required"] == found["halves"]["test"]["required"]
    assert toy["required_sum"] == pytest.approx(toy["patches"] * 64 * 64)
    assert toy["loss_fraction"] == pytest.approx(1 - toy["padded_sum"] / toy["required_sum"])
    text = verb("reassembly", str(copy)).stdout
    assert re.search(rf"^toy +6 .* {facts['size'] - 8} +{facts['required']} +no ", text, re.MULTILINE)
    assert f"| {facts['size'] - 8} | {facts['required']} | no |" in (case / "reassembly" / "reassembly.md").read_text()


def test_history_warns_of_a_nan_at_its_place(verb: Verb, copy: Path) -> None:
    assert "warning" not in verb("history", str(copy)).stdout
    case = unsealed(copy)
    name = case / "other" / "train_outputs" / "history.json"
    history = read_json(name)
    history["epochs"][1]["metrics"]["loss"] = None
    write_json(name, history)
    result = verb("history", str(copy))
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == "warning: small, other: loss is NaN or Inf, first in epoch 1"
    assert re.search(r"^loss +10 +10 +- +1 +1$", result.stdout, re.MULTILINE)
    summary = read_json(name.with_name("history_summary.json"))
    assert summary["first_nonfinite"] == {"metric": "loss", "epoch": 1}
    assert summary["metrics"]["loss"] == {"first_nonfinite": 1, "nonfinite_epochs": 1, "min": 10.0, "max": 10.0,
                                          "last": None}  # fmt: skip
    assert "loss is NaN or Inf, first in epoch 1" in name.with_name("training_summary.md").read_text()


def test_a_session_whose_training_breaks_says_so_and_goes_on(verb: Verb, tmp_path: Path) -> None:
    result = verb("run", "small", "--backends", "toy,unfinite", "--hub", str(tmp_path / "hub"))
    assert "warning: small, unfinite: loss is NaN or Inf, first in epoch 0" in result.stdout.splitlines()
    outputs = tmp_path / "hub" / "small" / "unfinite" / "inference_outputs"
    assert np.isnan(read_npy(outputs / "amplitude.npy")).any()  # inferred and stitched all the same
    assert {job["status"] for job in read_json(tmp_path / "hub" / "small" / "jobs.json")} == {"done"}


def test_patches_are_listed_when_the_session_kept_them(verb: Verb, home: Path, tmp_path: Path) -> None:
    text = verb("patch-stats", "hub").stdout
    assert text.count("No patch was listed by itself") == 2
    folder = tmp_path / "hub"
    options = ("--log-patch-stats", "--patch-stats-limit", "1")
    verb("run", "small", "--backends", "toy,other", "--hub", str(folder), *options)
    result = verb("patch-stats", str(folder), "--json")
    assert result.exit_code == 0
    (found,) = json.loads(result.stdout)
    for side, stats in found["sides"].items():
        assert stats == read_json(folder / "small" / side / "inference_outputs" / "patch_stats.json")
    stats = found["sides"]["toy"]
    assert (len(stats["inference_groups"]), [len(batch) for batch in stats["training_batches"]]) == (1, [2])
    text = (folder / "small" / "toy" / "inference_outputs" / "patch_stats.md").read_text()
    assert len(re.findall(r"^\| (inference|training batch 0) \| \d \| 0 \| (amplitude|phase) \|", text, re.M)) == 6


def test_two_sides_of_which_one_is_twice_as_bright(verb: Verb, copy: Path) -> None:
    case = unsealed(copy)
    outputs = case / "other" / "inference_outputs"
    shutil.copytree(case / "toy" / "inference_outputs", outputs, dirs_exist_ok=True)
    np.save(outputs / "amplitude.npy", 2 * read_npy(outputs / "amplitude.npy"))
    result = verb("compare-stats", str(case / "toy"), str(case / "other"), "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert (found["baseline"], found["candidate"]) == ("hub/small/toy", "hub/small/other")
    ratios = {part: {name: entry["ratio"] for name, entry in found[part].items()} for part in ("patches", "canvas")}
    assert ratios["canvas"] == pytest.approx({"mean": 2.0, "std": 2.0, "var_zero_mean": 4.0}, rel=1e-6)
    assert ratios["patches"] == {"mean": 1.0, "std": 1.0, "var_zero_mean": 1.0}
    path = case / "comparison" / "stats_other_over_toy.json"
    assert read_json(path) == found
    assert "| canvas | mean |" in path.with_suffix(".md").read_text()


def test_a_flat_baseline_blocks_the_ratio(verb: Verb, copy: Path) -> None:
    case = unsealed(copy)
    outputs = case / "toy" / "inference_outputs"
    np.save(outputs / "amplitude.npy", np.ones_like(read_npy(outputs / "amplitude.npy")))
    np.save(outputs / "phase.npy", np.zeros_like(read_npy(outputs / "phase.npy")))
    result = verb("compare-stats", str(case / "toy"), str(case / "other"))
    assert result.exit_code == 1
    assert re.search(r"^canvas +std +0 .* - .*blocked_baseline_zero$", result.stdout, re.MULTILINE)
    found = read_json(case / "comparison" / "stats_other_over_toy.json")["canvas"]["std"]
    assert (found["ratio"], found["status"]) == (None, "blocked_baseline_zero")


def test_sides_of_two_sessions(verb: Verb, home: Path, copy: Path) -> None:
    result = verb("compare-stats", str(home / "hub" / "small" / "toy"), str(copy / "small" / "toy"))
    assert result.exit_code == 0
    made = "small/comparison/stats_toy_over_hub_small_toy.json"
    assert (copy / made).is_file()
    assert manifest.changed(copy) == []
    assert made in {entry["path"] for entry in read_json(copy / "manifest.json")["files"]}
    assert not list((home / "hub" / "small" / "comparison").glob("stats_*"))


def test_a_case_that_was_not_run_says_why(verb: Verb, copy: Path) -> None:
    write_json(unsealed(copy) / "prepared.json", {"status": "skipped", "reason": "the data set is nowhere"})
    for name in ("reassembly", "history", "patch-stats"):
        assert verb(name, str(copy)).stdout == "small: the data set is nowhere\n"


def test_a_side_whose_training_failed_has_a_reason_and_the_other_its_figures(verb: Verb, copy: Path) -> None:
    case = unsealed(copy)
    jobs = read_json(case / "jobs.json")
    for job in jobs:
        if (job["backend"], job["leg"]) == ("toy", "train"):
            job.update(status="failed", error="out of memory")
    write_json(case / "jobs.json", jobs)
    (found,) = json.loads(verb("history", str(copy), "--json").stdout)
    assert set(found["sides"]) == {"other"}
    assert "out of memory" in found["reasons"]["toy"]
    assert "small, toy: toy, train: out of memory" in verb("history", str(copy)).stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("reassembly", "scenarios"), "scenarios: is not a hub (it holds no session.json)."),
        (("history", "nowhere"), "nowhere: is not a hub (it holds no session.json)."),
        (("compare-stats", "hub/small", "hub/small/toy"), "hub/small: is not a side of a case; name HUB/CASE/BACKEND"),
        (("compare-stats", "hub/small/toy", "hub/small/dataset"), "hub/small/dataset: is not a side of a case; name"),
    ],
)
def test_bad_input_is_one_sentence(verb: Verb, arguments: tuple[str, ...], sentence: str) -> None:
    assert str(verb(*arguments).exception).startswith(sentence)


def test_a_hub_that_was_changed_is_refused(verb: Verb, copy: Path) -> None:
    (copy / "small" / "toy" / "train_outputs" / "history.json").write_text("{}")
    for arguments in (("history", str(copy)), ("compare-stats", *(str(copy / "small" / side) for side in SIDES))):
        assert "this hub is no evidence" in str(verb(*arguments).exception)


def test_telemetry_that_stands_in_a_hub_is_not_computed_again(verb: Verb, copy: Path) -> None:
    """Only what is missing is made, so that pages are drawn again quickly."""
    case = unsealed(copy)
    (case / "reassembly" / "reassembly.md").write_text("as it was")
    verb("report", str(copy))
    assert (case / "reassembly" / "reassembly.md").read_text() == "as it was"
    shutil.rmtree(case / "reassembly")
    (copy / "manifest.json").unlink()
    verb("report", str(copy))
    assert (case / "reassembly" / "reassembly.md").read_text().startswith("# Reassembly of small\n")
