"""`simulate`: the data set of a case."""

import typer

from harness import layout
from harness.cli.common import Data, Override, Profile, Scenarios, Store
from harness.cli.step import DEFAULT_FOLDER, CaseName, Npz, To, request_of, take


def simulate(
    case: CaseName,
    to: To = DEFAULT_FOLDER,
    npz: Npz = None,
    profile: Profile = "stable",
    scenarios: Scenarios = None,
    override: Override = None,
    store: Store = "",
    data: Data = None,
) -> None:
    """Simulate the data set of a case, or read and group the one that it names.

    Leaves DIR/CASE/dataset: patterns, groups, probe, truth and the facts that both sides start from.

    Example: python -m harness simulate gs1_custom --to work --profile smoke
    """
    request = request_of(npz, override, data, "torch", profile=profile, scenarios=scenarios or (), store=store)
    typer.echo(take(case, (), (), to, request) / layout.DATASET)
