"""Pairs of packages that others have published, judged as a user of theirs would have them judged."""

import subprocess
import sys
from pathlib import Path

from harness.files import read_json
from harness.judge.verdict import Status

HERE = Path(__file__).parent
Checks = dict[str, dict[str, object]]
"""Each check of a rung (status, value, message) by its name."""


class Judged:
    """The hub of one session over some scenarios of a pair."""

    def __init__(self, folder: str, scenarios: list[str], place: Path) -> None:
        """Run every rung of the scenarios beside `folder`; what is red there is the result and no failure."""
        options = ("--profile", "smoke", "--hub", place / "hub", "--store", place / "store")
        command = [sys.executable, "-m", "harness", "run", *scenarios, *map(str, options)]
        done = subprocess.run(command, cwd=HERE / folder, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 1), done.stdout + done.stderr
        self.hub = place / "hub"

    def checks(self, case: str, rung: str) -> Checks:
        """The checks of a rung."""
        return {check["name"]: check for check in read_json(self.hub / case / "checks" / f"{rung}.json")["checks"]}

    def named(self, case: str, rung: str, *statuses: Status) -> set[str]:
        """Names of the checks of a rung that have one of the statuses."""
        return {name for name, check in self.checks(case, rung).items() if check["status"] in statuses}

    def mapping(self, case: str) -> dict[str, dict[str, object]]:
        """Whose name is whose."""
        return read_json(self.hub / case / "mapping.json")
