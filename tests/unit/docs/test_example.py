"""The example of `docs/adding-a-scenario.md` runs, on the backends themselves, and is green."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_the_example_of_adding_a_scenario_passes(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "adding-a-scenario.md").read_text(encoding="utf-8")
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "gs1_dim.yaml").write_text(page.split("```yaml\n", 1)[1].split("```", 1)[0])
    folders = [f"--parity-{name}={tmp_path / name}" for name in ("scenarios", "store", "hub")]
    command = [sys.executable, "-m", "pytest", "-q", "-m", "parity", "-k", "gs1_dim", "--parity-profile", "smoke"]
    done = subprocess.run([*command, *folders], cwd=ROOT, env=os.environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
    [case] = json.loads((tmp_path / "hub" / "summary.json").read_text())["cases"]
    assert case["status"] in ("pass", "skipped")
    red = [check for check in case["checks"] if check["status"] not in ("pass", "skipped")]
    assert red == []
