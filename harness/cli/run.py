"""`run`: the parity suite without pytest."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.common import (
    Backends,
    Data,
    Device,
    Json,
    Override,
    Profile,
    Python,
    Scenarios,
    Store,
    Timeout,
    chosen,
    print_json,
    progress_shown,
)
from harness.judge import ladder
from harness.report import assembly, markdown
from harness.report.telemetry import history
from harness.scenario.case import Case
from harness.session import case_runner, hub
from harness.session.request import Request


def run(
    scenarios_to_run: Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Names of scenarios or cases.")],
    profile: Profile = "stable",
    scenarios: Scenarios = None,
    override: Override = None,
    backends: Backends = "tensorflow,torch",
    python: Python = None,
    into: Annotated[Path | None, typer.Option("--parity-hub", "--hub", help="Where the hub goes.")] = None,
    device: Device = "auto",
    store: Store = "",
    data: Data = None,
    timeout: Timeout = "",
    log_patch_stats: Annotated[
        bool, typer.Option("--parity-log-patch-stats", "--log-patch-stats", help="List patches one by one.")
    ] = False,
    patch_stats_limit: Annotated[
        str, typer.Option("--parity-patch-stats-limit", "--patch-stats-limit", help="Batches and groups to list.")
    ] = "",
    strict: Annotated[bool, typer.Option("--parity-strict", "--strict", help="INCONCLUSIVE is a no.")] = False,
    as_json: Json = False,
) -> None:
    """Train, infer, compare and report: every rung of every case that is named; exit status 1 when one is red.

    Example: python -m harness run gs1_ideal gs2_ideal --profile smoke
    """
    request = Request.from_texts(
        Path.cwd(),
        profile=profile,
        scenarios=scenarios or (),
        hub=into,
        backends=backends,
        python=python or (),
        override=override or (),
        device=device,
        store=store,
        data=data or (),
        timeout=timeout,
        log_patch_stats=log_patch_stats,
        patch_stats_limit=patch_stats_limit,
        strict=strict,
    )
    cases = chosen(request.cases(), scenarios_to_run)
    root = assembly.begin(request, shlex.join(["ptycho-parity", *sys.argv[1:]]))
    for case in cases:
        case_runner.plan(root, case, ladder.JUDGES, request)
    with progress_shown(root):
        status = _climb(root, cases, request)
    summary = assembly.finish(root, status)
    if as_json:
        print_json(summary)
    else:
        for line in (
            *markdown.warnings(summary),
            *history.of_cases(summary.cases),
            *map(markdown.case_line, summary.cases),
        ):
            typer.echo(line)
        typer.echo(f"hub: {root}")
    raise typer.Exit(status)


def _climb(root: Path, cases: Sequence[Case], request: Request) -> int:
    """Judge every rung of every case; returns the exit status."""
    red = {"fail", "error", "inconclusive"} if request.strict else {"fail", "error"}
    statuses = set()
    for case in cases:
        case_runner.prepare(root, case, request)
        folder = hub.case_folder(root, case.id)
        for rung in hub.read_case(folder).rungs:
            verdict = case_runner.judge(folder, rung)
            case_runner.record(folder, verdict)
            statuses.add(verdict.status)
    return 1 if statuses & red else 0
