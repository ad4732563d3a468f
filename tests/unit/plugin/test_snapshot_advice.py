"""Nothing advises to delete an approved text: also where another one was refused."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TEXT = "__snapshots__/test_exact/test_scenario[gs1_ideal].txt"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the golden files and of what their tests need, in which one approved text was changed."""
    for name in ("tests/golden", "scenarios"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    path = tmp_path / "tests" / "golden" / "registry.json"
    registry = json.loads(path.read_text())
    registry[TEXT]["sha256"] = "0" * 64
    path.write_text(json.dumps(registry))
    return tmp_path


@pytest.mark.slow
def test_a_text_that_was_refused_is_not_called_unused(copy: Path) -> None:
    command = [sys.executable, "-m", "pytest", "tests/golden", "-p", "no:cacheprovider"]
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    environment = {**own, "PYTHONPATH": str(ROOT)}  # a worker of pytest-xdist sums up nothing
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "was changed after it was approved" in done.stdout
    assert "snapshots passed." in done.stdout
    assert [word for word in ("--snapshot-update", "unused", "not recommended") if word in done.stdout] == []
