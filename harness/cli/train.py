"""`train`: one side of a case."""

import typer

from harness.cli.common import Data, Device, Override, Profile, Python, Scenarios, Store, Timeout
from harness.cli.step import DEFAULT_FOLDER, Backend, CaseName, Npz, To, request_of, take


def train(
    case: CaseName,
    backend: Backend = "torch",
    to: To = DEFAULT_FOLDER,
    npz: Npz = None,
    profile: Profile = "stable",
    scenarios: Scenarios = None,
    override: Override = None,
    python: Python = None,
    device: Device = "auto",
    store: Store = "",
    data: Data = None,
    timeout: Timeout = "",
) -> None:
    """Train one backend on the data set of a case, which is simulated first where it has to be.

    Leaves DIR/CASE/BACKEND/train_outputs and /bundle, the weights and what is needed to infer with them.

    Example: python -m harness train gs1_custom --backend torch --to work --profile smoke
    """
    request = request_of(
        npz,
        override,
        data,
        backend,
        profile=profile,
        scenarios=scenarios or (),
        python=python or (),
        device=device,
        store=store,
        timeout=timeout,
    )
    typer.echo(take(case, ("train",), (backend,), to, request) / backend / "bundle")
