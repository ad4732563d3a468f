"""The whole scenario of a case that was run, from the file that it left.

Apart from `networks`, which the workers import: reading YAML takes a library that they need not have.
"""

from pathlib import Path

from harness.errors import HarnessError
from harness.scenario.networks import scenario_of
from harness.scenario.schema import Scenario
from harness.scenario.source import read


def read_resolved(path: Path) -> Scenario:
    """The whole scenario of a `scenario.yaml` that a case left; raises HarnessError for a file that is none."""
    try:
        return scenario_of(read(path).value)
    except (KeyError, TypeError, ValueError) as error:
        raise HarnessError(f"{path}: is not a resolved scenario ({error}); run the case again.") from error
