"""A calibration: trains backends again from nudged weights, and proposes limits that allow for their differences.

Its folder, under `reports/`, holds `proposal.md` for a reader, `proposal.yaml` in the ledger's format,
`measurements.json` with every value of every draw, and the runs themselves in `<case>/<draw>/`.
"""

import io
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from harness import formatting, layout, templates
from harness.files import write_json, write_text
from harness.judge.calibration import FACTOR, Measurement, Proposal, measure, propose
from harness.judge.tolerances import entries
from harness.run import store
from harness.run.ensemble import LEGS, with_training
from harness.run.run_case import run_case
from harness.scenario.case import Case
from harness.scenario.resolution import PROFILES
from harness.session import case_runner, hub
from harness.session.request import REPORTS, Request

PAGE = "proposal.md"
LEDGER = "proposal.yaml"
MEASUREMENTS = "measurements.json"
_COLUMNS = ("figure", "in force", "limit of", "worst", "case", "backend", "draw", "proposed", "verdict")
_WIDTH = 2**31


def begin(request: Request, folder: Path | None) -> Path:
    """Make the folder of a calibration; raises HarnessError when it holds anything."""
    named = request.root / REPORTS / f"calibration-{hub.time_name()}"
    return hub.make_empty_folder(folder or named)


def calibrate(folder: Path, cases: Sequence[Case], backend: str, draws: int, request: Request) -> list[Proposal]:
    """Train every case again from nudged weights, and write the proposed limits into the folder.

    Args:
        folder: Folder of the calibration.
        cases: The cases to measure.
        backend: The only side to train; both of each case where it is empty.
        draws: Number of trainings from nudged weights, besides the plain one.
        request: The options of the session.

    Raises:
        HarnessError: A training failed, or a metric could not be computed.
    """
    sides = {case.id: (backend,) if backend else request.backends_of(case) for case in cases}
    measurements = [one for case in cases for one in _measured(folder, case, sides[case.id], draws, request)]
    shutil.rmtree(store.scratch_of(folder), ignore_errors=True)
    proposals = propose(measurements)
    write_json(folder / MEASUREMENTS, [_record(one) for one in measurements])
    backends = tuple(dict.fromkeys(chain(*sides.values())))
    write_text(folder / PAGE, _page(proposals, request.profile, cases, backends, draws))
    write_text(folder / LEDGER, _ledger(proposals, request.profile, draws))
    return proposals


def _measured(
    folder: Path, case: Case, backends: tuple[str, ...], draws: int, request: Request
) -> Iterator[Measurement]:
    """Compare every nudged training of a case with its plain training."""
    options = replace(case_runner.run_options(folder, request), backends=backends)
    case_dir = hub.case_folder(folder, case.id)
    first = case_dir / "0"
    for draw in range(draws + 1):
        own = with_training(case, f"{case.id}, draw {draw}", nudge=case.scenario.training.nudge + draw)
        again = case_dir / str(draw)
        write_text(again / layout.SCENARIO, own.resolved_yaml())
        on_progress = case_runner.progress_writer(case_dir / layout.PROGRESS)
        run_case(own, LEGS, options, again, on_progress, with_dataset=draw == 0)
        for backend in backends if draw else ():
            yield from measure(case, backend, draw, first, again)


def _record(one: Measurement) -> dict[str, Any]:
    return {
        "figure": one.limit.name,
        "case": one.case,
        "backend": one.backend,
        "draw": one.draw,
        "value": one.value,
    }


def rows(proposals: Sequence[Proposal]) -> list[dict[str, Any]]:
    """The proposals as dictionaries for JSON, one a limit."""
    return [
        {
            "figure": proposal.limit.name,
            "in force": proposal.limit.value,
            "limit of": proposal.limit.origin,
            "worst": proposal.worst.value,
            "case": proposal.worst.case,
            "backend": proposal.worst.backend,
            "draw": proposal.worst.draw,
            "proposed": proposal.value,
            "verdict": proposal.verdict,
        }
        for proposal in proposals
    ]


def table(proposals: Sequence[Proposal]) -> str:
    """The proposals in aligned columns."""
    return formatting.table(_COLUMNS, _cells(proposals))


def _page(
    proposals: Sequence[Proposal], profile: str, cases: Sequence[Case], backends: Sequence[str], draws: int
) -> str:
    """Text of `proposal.md`."""
    return templates.render(
        "notes/proposal.md",
        profile=profile,
        cases=cases,
        backends=backends,
        draws=draws,
        factor=FACTOR,
        limits={"header": _COLUMNS, "rows": _cells(proposals)},
    )


def _cells(proposals: Sequence[Proposal]) -> list[list[str]]:
    return [[formatting.number(row[name]) for name in _COLUMNS] for row in rows(proposals)]


def _ledger(proposals: Sequence[Proposal], profile: str, draws: int) -> str:
    """`proposal.yaml`: the ledger's entries with the proposed values in place; empty when there are none."""
    entries_of = {
        proposal.limit.name: _entry(proposal, profile, draws)
        for proposal in proposals
        if proposal.value is not None and proposal.limit.origin == "ledger"
    }
    yaml, stream = YAML(), io.StringIO()
    yaml.width = _WIDTH
    yaml.dump(CommentedMap(entries_of), stream)
    return stream.getvalue()


def _entry(proposal: Proposal, profile: str, draws: int) -> CommentedMap:
    """The present entry of the ledger with the proposed value for the profile, and where that was measured."""
    worst, entry = proposal.worst, entries()[proposal.limit.name]
    values = {name: entry.value_for(name) for name in PROFILES} | {profile: proposal.value}
    found = f"{profile}: worst {worst.value:.3g}, {worst.case}, {worst.backend}, draw {worst.draw} of {draws}"
    changed = {
        "value": CommentedMap({name: value for name, value in values.items() if value is not None}),
        "measured_in": f"{found} (calibrate, {datetime.now(UTC):%Y-%m-%d}); before: {entry.measured_in}",
    }
    fields = CommentedMap({key: value for key, value in entry.model_dump().items() if value is not None} | changed)
    for name in ("range", "devices"):
        if name in fields:
            fields[name] = CommentedSeq(fields[name])
    for name in ("value", "range", "devices"):
        if name in fields:
            fields[name].fa.set_flow_style()
    return fields
