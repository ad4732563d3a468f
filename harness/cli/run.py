"""`run`: the parity suite without pytest."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from harness.cli.common import Json, print_result, progress_on_stderr, select_cases, with_options
from harness.judge import ladder
from harness.judge.verdict import RED
from harness.report import assembly, markdown
from harness.report.telemetry import history
from harness.scenario.case import Case
from harness.session import case_runner, hub
from harness.session.preparation import Preparation
from harness.session.request import Request


@with_options(
    "profile", "scenarios", "override", "backends", "python", "hub", "device", "store", "data", "timeout",
    "log-patch-stats", "patch-stats-limit", "strict", "threads", "executor",
)  # fmt: skip
def run(
    scenarios_to_run: Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Names of scenarios or cases.")],
    as_json: Json = False,
    **options: Any,
) -> None:
    """Train, infer, compare and report: every rung of every case that is named; exit status 1 when one is red.

    Example: python -m harness run gs1_ideal gs2_ideal --profile smoke
    """
    request = Request.from_texts(Path.cwd(), **options)
    cases = select_cases(request.cases(), scenarios_to_run)
    root = assembly.begin(request, shlex.join(["ptycho-parity", *sys.argv[1:]]))
    for case in cases:
        case_runner.plan(root, case, ladder.JUDGES, request)
    hub.record_plan(root)
    with progress_on_stderr(root):
        status = _judge_cases(root, cases, request)
    summary = assembly.finish(root, status)
    lines = map(markdown.case_line, summary.cases)
    warnings = (*markdown.warnings(summary), *history.of_cases(summary.cases))
    print_result(summary, [*warnings, *lines, f"hub: {root}"], as_json)
    raise typer.Exit(status)


def _judge_cases(root: Path, cases: Sequence[Case], request: Request) -> int:
    """Judge every rung of every case; returns the exit status."""
    red = {*RED, "inconclusive"} if request.strict else set(RED)
    statuses = set()
    for case in cases:
        folder = hub.case_folder(root, case.id)
        with Preparation(root, case, request) as preparation:
            for rung in hub.read_case(folder).rungs:
                preparation.wait(rung)
                verdict = case_runner.judge_and_record(folder, rung)
                statuses.add(verdict.status)
    return 1 if statuses & red else 0
