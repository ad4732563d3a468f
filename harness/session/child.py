"""A session of pytest that a verb runs, with a hub of its own below reports/."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.errors import HarnessError
from harness.session import options
from harness.session.request import REPORTS

NOTHING_SELECTED = 5
"""Exit status of pytest where no test was selected."""


def run(started: str, sides: Sequence[str], select: str, given: Mapping[str, Any]) -> Path | None:
    """Run a session between two sides; returns its hub, or None where no test is selected.

    Args:
        started: when the verb was started; the first part of the name of the hub.
        sides: the two sides as `--parity-backends` takes them, the reference first.
        select: as pytest's `-k`.
        given: further options of the session by keyword.

    Raises HarnessError where pytest does not come to its end.
    """
    name = re.sub(r"[^A-Za-z0-9_.@+-]", "-", "+".join(sides))
    folder = Path.cwd() / REPORTS / f"{started}-{name}"
    words = ["-m", "pytest", "-q", "-m", "parity", "-k", select]
    words += [f"--parity-backends={','.join(sides)}", f"--parity-hub={folder}", *_arguments(given)]
    print(f"{sides[1]} against {sides[0]}", flush=True)
    status = subprocess.run([sys.executable, *words], check=False).returncode
    if status == NOTHING_SELECTED:
        return None
    if status not in (0, 1):
        raise HarnessError(f"{','.join(sides)}: the session ended with status {status}; what it printed says why.")
    return folder


def _arguments(given: Mapping[str, Any]) -> Iterator[str]:
    """Options of a session, by keyword, as pytest takes them."""
    for option in options.OPTIONS:
        value = given.get(option.keyword)
        for one in (value or ()) if option.is_list else (value,):
            if one:
                yield option.flag if option.kind == "flag" else f"{option.flag}={one}"
