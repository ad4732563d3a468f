"""`repro.py` on a machine that lacks what it needs: one sentence that says what to install."""

import subprocess
import sys
from pathlib import Path

from harness.report.repro import SCRIPT


def test_without_the_package_it_says_what_to_install(tmp_path: Path) -> None:
    script = tmp_path / "repro.py"
    script.write_bytes(SCRIPT.read_bytes())
    done = subprocess.run([sys.executable, "-I", "-S", script], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert 'python -m pip install "ptycho-parity[cpu]"' in done.stderr
