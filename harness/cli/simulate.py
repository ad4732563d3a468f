"""`simulate`: makes the data set of a case."""

from typing import Any

from harness import layout
from harness.cli.common import say, with_options
from harness.cli.step import DEFAULT_FOLDER, CaseName, Npz, To, request_of, run_legs


@with_options("profile", "scenarios", "override", "store", "data")
def simulate(case: CaseName, to: To = DEFAULT_FOLDER, npz: Npz = None, **options: Any) -> None:
    """Simulate the data set of a case, or read and group the one that it names.

    Leaves DIR/CASE/dataset: patterns, groups, probe, truth and the facts that both sides start from.

    Example: python -m harness simulate gs1_custom --to work --profile smoke
    """
    say(run_legs(case, (), (), to, request_of(npz, "torch", options)) / layout.DATASET)
