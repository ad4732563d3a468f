"""Runs the tests of each framework in a process of their own: none may import both."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
OPTIONS = ["-q", "-p", "no:cacheprovider", "--import-mode=importlib", f"--confcutdir={HERE}"]


@pytest.mark.parametrize("framework", ["tensorflow", "torch"])
def test_framework(framework: str) -> None:
    folders = [str(HERE / "contract"), str(HERE / framework)]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *folders, *OPTIONS],
        env={**os.environ, "PARITY_FRAMEWORK": framework},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed, done.stdout
    assert int(passed[1]) > 0
