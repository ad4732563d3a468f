"""The manifest lists everything, says who wrote it, and notices a change."""

import shutil
import subprocess
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.files import read_json
from harness.session import manifest


@pytest.fixture
def copied(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "hub"))


def test_every_file_is_listed(made: Path) -> None:
    listed = {entry["path"] for entry in read_json(made / "manifest.json")["files"]}
    present = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}
    assert present - listed == {"manifest.json", "checksums.txt"}
    assert listed <= present


def test_sha256sum_agrees(made: Path) -> None:
    done = subprocess.run(["sha256sum", "--quiet", "-c", "checksums.txt"], cwd=made, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("name", "stage"),
    [
        ("summary.json", "report"),
        ("small/scenario.yaml", "scenario"),
        ("small/dataset/data.npz", "dataset"),
        ("small/dataset/probe.png", "report"),
        ("small/toy/bundle/weights.safetensors", "run"),
        ("small/jobs.json", "run"),
        ("small/red/toy_train.md", "run"),
        ("small/checks/loss.json", "judge"),
        ("small/comparison/comparison_metrics.json", "judge"),
        ("small/comparison/colours.json", "report"),
        ("small/index.html", "report"),
    ],
)
def test_stages(name: str, stage: str) -> None:
    assert manifest.stage(name) == stage


def test_a_change_is_noticed(copied: Path) -> None:
    manifest.require_unchanged(copied)
    target = copied / "small" / "checks" / "loss.json"
    target.write_text(target.read_text().replace("fail", "pass"))
    with pytest.raises(HarnessError, match=r"1 files differ from manifest.json \(small/checks/loss.json\)"):
        manifest.require_unchanged(copied)


def test_a_lost_file_is_noticed(copied: Path) -> None:
    (copied / "small" / "scenario.yaml").unlink()
    assert manifest.changed(copied) == ["small/scenario.yaml"]
