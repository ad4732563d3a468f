"""What a process says when it is interrupted and nobody catches that."""

import subprocess
import sys

import pytest

BEGIN = "from harness.run import interrupts; interrupts.say_in_one_line(); "


@pytest.mark.parametrize(
    ("program", "traceback"), [("raise KeyboardInterrupt", False), ("raise ValueError('broken')", True)]
)
def test_an_interrupt_is_one_line_and_an_error_has_its_traceback(program: str, traceback: bool) -> None:
    done = subprocess.run([sys.executable, "-c", BEGIN + program], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert ("Traceback" in done.stderr) is traceback
    assert (done.stderr == "interrupted.\n") is not traceback
