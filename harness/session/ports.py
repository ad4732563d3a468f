"""The two ports of a case before anything is judged: gone through step by step, and their names mapped.

All is done in a folder of its own; no store is asked and none is filled.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from harness import layout
from harness.errors import HarnessError
from harness.files import JsonObject, read_json
from harness.run import pair
from harness.run.legs.check import STEPS
from harness.run.plan import CHECK
from harness.run.results import recorded_jobs
from harness.run.run_case import run_case
from harness.run.run_options import RunOptions
from harness.scenario.case import Case
from harness.session import case_runner
from harness.session.request import Request

SECONDS = 300.0
"""Time that a port may take for all steps, where no `--timeout` is given."""


class Step(NamedTuple):
    """How one step of a port ended."""

    name: str
    status: str
    """`pass`, `fail`, `inconclusive` for what the port does not claim, or `skipped` behind a failure."""
    message: str


def check(case: Case, request: Request, folder: Path) -> dict[str, list[Step]]:
    """Go through both ports of a case, in processes of their own; returns the steps of each side."""
    steps: dict[str, list[Step]] = {name: [] for name in request.backends_of(case)}

    def hear(event: Mapping[str, Any]) -> None:
        if CHECK in event:
            steps[event["backend"]].append(Step(event[CHECK], event["status"], event["message"]))

    run_case(case, (CHECK,), _options(case, request, folder), folder / case.id, hear, with_dataset=False)
    for job in recorded_jobs(folder / case.id):
        if job.error is not None:
            done = steps[job.backend]
            done.append(Step([*STEPS][len(done)], "fail", job.error))
    return {name: done + [Step(left, "skipped", "") for left in [*STEPS][len(done) :]] for name, done in steps.items()}


def propose(case: Case, request: Request, folder: Path) -> JsonObject:
    """The proposed mapping of a pair, as `mapping.json` holds it; HarnessError when a port states no contract."""
    case = pair.with_proposed_names(case)
    options = _options(case, request, folder)
    run_case(case, ("contract",), options, folder / case.id, lambda _: None, with_dataset=False)
    for job in recorded_jobs(folder / case.id):
        if job.error is not None:
            raise HarnessError(f"{case.path.name}: {job.backend}: {job.error}")
    found: JsonObject = read_json(folder / case.id / layout.MAPPING)
    return found


def _options(case: Case, request: Request, folder: Path) -> RunOptions:
    options = case_runner.run_options(folder, request, case)
    return replace(options, store=folder / "store", timeout=request.timeout or SECONDS)
