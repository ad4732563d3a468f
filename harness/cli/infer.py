"""`infer`: patches and picture of one side of a case."""

import typer

from harness.cli.common import Data, Device, Override, Profile, Python, Scenarios, Store, Timeout
from harness.cli.step import DEFAULT_FOLDER, Backend, CaseName, Npz, To, request_of, take


def infer(
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
    """Infer and stitch with one trained backend, which is trained first where it has to be.

    Leaves DIR/CASE/BACKEND/inference_outputs: patches, stitched amplitude and phase, coverage and canvas.

    Example: python -m harness infer gs1_custom --backend torch --to work --profile smoke
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
    typer.echo(take(case, ("infer",), (backend,), to, request) / backend / "inference_outputs")
