"""Runs the tests of both toolkits in a process of their own, which may import both frameworks."""

import os
import re
import subprocess
import sys
from pathlib import Path

FILES = ("test_same_layers.py", "test_random_layers.py", "test_torch_input.py")


def test_both_toolkits() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *(str(Path(__file__).with_name(name)) for name in FILES), "-q"],
        env={**os.environ, "PARITY_FRAMEWORK": "both"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed, done.stdout
    assert int(passed[1]) > 0
