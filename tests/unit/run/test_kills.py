"""A handful of kills by the program that counts what they leave; two hundred are for a person who reads its table."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.nightly
def test_nothing_is_lost_when_a_part_of_a_session_is_killed() -> None:
    command = [sys.executable, "benchmarks/kills.py", "--count", "9", "--seed", "7"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "9 kills, 0 with something wrong" in done.stdout
