"""Asks git about a folder."""

import subprocess
from pathlib import Path

SECONDS = 10


def output(folder: Path, *arguments: str, seconds: float = SECONDS) -> str | None:
    """What git prints for a command in a folder; None where it fails, takes too long or is not there."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False, timeout=seconds
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
