"""The README of a hub: every case, its figures, its data and the commands that do it again."""

import shlex
import shutil
from pathlib import Path

import pytest

from harness import formatting
from harness.errors import HarnessError
from harness.files import read_json, sha256, write_json
from harness.report.handover import readme


def row(text: str, *start: str) -> list[str]:
    [line] = [line for line in text.splitlines() if line.startswith(f"| {' | '.join(start)} |")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_it_tells_what_the_summary_tells(made: Path) -> None:
    text, [case] = readme.page(made), read_json(made / "summary.json")["cases"]
    assert row(text, "small", "stable")[2:] == [case["status"], "64", "1", "1e+06", "24", "2", "2"]
    metrics = case["backends"]["toy"]["reconstruction"]["amplitude"]
    assert row(text, "small", "toy", "amplitude")[3:6] == [
        formatting.number(metrics[key]) for key in ("pearson_r", "ssim", "mae")
    ]
    data = made / "small" / "dataset" / "data.npz"
    assert row(text, "1e+06", "small")[2:] == [
        "small/dataset/data.npz",
        str(data.stat().st_size),
        sha256(data),
        "simulated",
    ]


def test_its_commands_are_those_that_were_run(made: Path) -> None:
    lines = [shlex.split(line) for line in readme.page(made).splitlines() if line.startswith(".venv/bin/python")]
    assert [words[3:5] for words in lines] == [["simulate", "small"], *[["train", "small"], ["infer", "small"]] * 2]
    assert [words[words.index("--backend") + 1] for words in lines[1:]] == ["toy", "toy", "other", "other"]
    assert all("training.seed=7" in words for words in lines)


def test_what_may_differ_elsewhere_is_said(made: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(made, tmp_path / "other"))
    summary, metadata = read_json(other / "summary.json"), read_json(other / "small" / "run_metadata.json")
    summary["provenance"]["dirty"] = True
    metadata["backends"]["toy"]["distributions"] = {"numpy": "1.0"}
    write_json(other / "summary.json", summary)
    write_json(other / "small" / "run_metadata.json", metadata)
    text = readme.page(other)
    assert "**Warning:** the code had changes that were not committed" in text
    assert "small: the sides ran with different versions of NumPy (toy 1.0, other" in text
    assert "overridden on the command line: training.seed=7" in text


def test_a_folder_that_is_no_hub_is_named(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="is not a hub"):
        readme.page(tmp_path)
    assert "`diff3d` (M, N, N)" in readme.of_files(tmp_path)
