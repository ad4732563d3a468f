"""How long each leg of a case took when it last ran, kept beside the store: what a session may still take."""

import contextlib
from pathlib import Path

from harness.files import write_text

FOLDER = "timings"


def note(store: Path, profile: str, case: str, job: str, seconds: float) -> None:
    """Keep the seconds of a leg, `job` being `BACKEND/LEG`; a store that cannot be written costs no more than that."""
    with contextlib.suppress(OSError):
        write_text(_path(store, profile, case, job), f"{seconds:.2f}\n")


def last(store: Path, profile: str, case: str, job: str) -> float | None:
    """Seconds that a leg took when it last ran with this store; None where it never did."""
    try:
        return float(_path(store, profile, case, job).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _path(store: Path, profile: str, case: str, job: str) -> Path:
    return store / FOLDER / profile / case / job.replace("/", ".")
