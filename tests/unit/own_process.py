"""Tests that import a framework, in a process of their own: the other processes of the suite stay free of it."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def assert_pass(folders: Sequence[Path], framework: str, *options: str) -> None:
    """Run the tests of some folders with PARITY_FRAMEWORK set; all must pass, and there must be some."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *map(str, folders), "-q", *options],
        env={**os.environ, "PARITY_FRAMEWORK": framework},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed, done.stdout
    assert int(passed[1]) > 0
