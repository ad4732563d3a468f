"""Reading the `scenario.yaml` of a case that was run back into its scenario.

A module of its own, because workers import `networks` and need not have the YAML library installed.
"""

from pathlib import Path

from harness.errors import HarnessError
from harness.scenario.networks import scenario_of
from harness.scenario.schema import Scenario
from harness.scenario.source import read


def read_resolved(path: Path) -> Scenario:
    """Read the `scenario.yaml` of a case; raises HarnessError for a file that is no resolved scenario."""
    try:
        return scenario_of(read(path).value)
    except (KeyError, TypeError, ValueError) as error:
        raise HarnessError(f"{path}: is not a resolved scenario ({error}); run the case again.") from error
