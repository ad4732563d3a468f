"""The verb `faults run`: it takes many minutes, so it says how far it is."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "last"),
    [
        (["geometry.offset-sign"], "1 fault in 2 trials: 2 caught (100.0 %)"),
        (["--real", "real.photon-scale"], "1 of 1"),
    ],
)
def test_each_trial_is_told_on_stderr_and_the_result_alone_on_stdout(words: list[str], last: str) -> None:
    command = [sys.executable, "-m", "harness", "faults", "run", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for side in ("tensorflow", "torch"):
        assert f"  {words[-1]}@{side}  {side}  lockstep\n" in done.stderr
    assert done.stdout.splitlines()[-1].startswith(last)
    assert "lockstep" not in done.stdout
