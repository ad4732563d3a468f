"""From a case to its verdicts: prepares the evidence once, judges rung by rung, and leaves everything in the hub.

Several processes may share a hub. They share files only: the process that holds the lock of a case prepares it,
and the others wait for that.
"""

import json
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from harness import layout
from harness.dataset.locate import DataNotFound
from harness.errors import HarnessError, system_errors_said
from harness.files import plain, write_json, write_text
from harness.judge import ladder, tolerances
from harness.judge.evidence import Evidence
from harness.judge.golden import registry
from harness.judge.localisation import localise
from harness.judge.results import Results
from harness.judge.verdict import CONTRACT, Check, RungVerdict, Status
from harness.records.case import CaseRecord
from harness.records.declared import DeclaredRecord
from harness.records.localisation import LocalisationRecord
from harness.records.metrics import ComparisonMetrics
from harness.records.prepared import PreparedRecord, PreparedStatus
from harness.records.settings import SettingsRecord
from harness.records.verdict import VerdictRecord
from harness.run import ensemble, store
from harness.run.locks import OnWait, StoppedError, one_of
from harness.run.pair import UpstreamNotFound
from harness.run.plan import source_side
from harness.run.results import recorded_jobs
from harness.run.run_case import run_case
from harness.run.run_options import RunOptions
from harness.scenario.case import Case
from harness.session import hub, notes
from harness.session.golden.copy_approved import copy_approved
from harness.session.request import Request

if TYPE_CHECKING:
    from harness.faults.catalogue import Injected

LOCK = ".preparing.lock"
NOT_JUDGED = "not judged: the session ended before this rung"
WHOLE = ("ensemble", "golden")
"""Rungs that rest on more than the legs of the two sides, and are judged when the case is prepared."""


def plan(root: Path, case: Case, rungs: Iterable[str], request: Request) -> None:
    """Write the plan of a case into its folder: `case.json` with options and rungs, and the resolved `scenario.yaml`.

    Raises HarnessError for a limit that the judge does not know.
    """
    folder, limits = hub.case_folder(root, case.id), tolerances.limits_of(case)
    write_text(folder / layout.SCENARIO, case.resolved_yaml())
    if case.scenario.declared:
        DeclaredRecord(differences=case.scenario.declared).write(folder / layout.DECLARED)
    if case.scenario.requested_settings is not None:
        SettingsRecord(settings=dict(case.scenario.requested_settings)).write(folder / layout.REQUESTED)
    CaseRecord(
        id=case.id,
        scenario=case.name,
        file=case.path.name,
        description=case.scenario.description,
        profile=case.profile,
        overrides=case.overrides,
        backends=request.backends_of(case),
        fault=None if request.fault is None else str(request.fault),
        rungs=tuple(rung for rung in ladder.RUNGS if rung in set(rungs)),
        limits=case.scenario.limits,
        limit_origins={name: limits.by_name[name].origin for name in case.scenario.limits},
    ).write(folder / layout.CASE)


def is_planned(root: Path, cases: Iterable[str], rung: str) -> bool:
    """Whether a rung was planned for all of these cases."""
    records = (CaseRecord.read_if_whole(hub.case_folder(root, case) / layout.CASE) for case in cases)
    return all(record is not None and rung in record.rungs for record in records)


def prepare(root: Path, case: Case, request: Request, cancelled: threading.Event | None = None) -> None:
    """Run the legs that the planned rungs of a case need, unless `prepared.json` says that this was done.

    Raises StoppedError when `cancelled` is set while another process prepares the case.
    """
    folder, cancelled = hub.case_folder(root, case.id), cancelled or threading.Event()
    with one_of([folder / LOCK], cancelled, _says_waiting(folder, case)):
        if not (folder / layout.PREPARED).exists():
            status: PreparedStatus
            if late := _is_over_budget(root, request):
                status, reason = "skipped", f"not begun: the session's budget of {request.budget:g} s was spent"
            else:
                status, reason = _run(root, folder, case, request, cancelled)
            PreparedRecord(status=status, reason=reason, late=late).write(folder / layout.PREPARED)


def _says_waiting(folder: Path, case: Case) -> OnWait:
    """What tells that another process of the session prepares a case."""
    write = progress_writer(folder / layout.PROGRESS)

    def told(holders: str) -> None:
        write({"case": case.id, "backend": "", "leg": "", "waits": f"waits for its preparation, {holders}"})

    return told


def has_evidence(folder: Path, rung: str) -> bool:
    """Whether all legs that a rung needs have ended; never for one that is judged when the case is prepared."""
    if rung in WHOLE:
        return False
    backends = hub.read_case(folder).backends
    ended = {(job.backend, job.leg) for job in recorded_jobs(folder)}
    wanted = product(backends, ladder.needs(rung))
    return all((side, leg) in ended for side, leg in wanted if source_side(leg, side, backends) is not None)


def _is_over_budget(root: Path, request: Request) -> bool:
    return request.budget is not None and hub.seconds_since_start(root) > request.budget


def cases_over_budget(root: Path) -> list[str]:
    """The cases of a hub that were not begun because the session's budget was spent."""
    return [folder.name for folder in hub.case_folders(root) if (found := prepared(folder)) and found.late]


def prepared(folder: Path) -> PreparedRecord | None:
    """Contents of `prepared.json`, how the legs of a case ended; None when the session did not come so far."""
    return PreparedRecord.read_if_whole(folder / layout.PREPARED)


def _run(
    root: Path, folder: Path, case: Case, request: Request, cancelled: threading.Event
) -> tuple[PreparedStatus, str]:
    """Run the legs of a case; returns status and reason, for bad input, missing data and a full disk as well."""
    try:
        with system_errors_said():
            _leave_evidence(root, folder, case, request, cancelled)
    except (DataNotFound, UpstreamNotFound) as reason:
        return "skipped", str(reason)
    except HarnessError as reason:
        return "error", str(reason)
    except StoppedError:
        return "stopped", NOT_JUDGED
    return "done", ""


def _leave_evidence(root: Path, folder: Path, case: Case, request: Request, cancelled: threading.Event) -> None:
    """Run the legs of a case and of its ensemble, inject the fault, and copy what is approved."""
    legs = {leg for rung in hub.read_case(folder).rungs for leg in ladder.needs(rung)}
    options, on_progress = run_options(root, request, case), progress_writer(folder / layout.PROGRESS)
    run_case(case, legs, options, folder, on_progress, cancelled=cancelled)
    if ensemble.LEG in legs:
        ensemble.run_members(case, options, folder, on_progress, cancelled)
    if request.fault is not None:
        _inject_fault(folder, request.fault)
    if "golden" in hub.read_case(folder).rungs:
        copy_approved(request.root / registry.FOLDER, case, request.backends_of(case), folder)


def _inject_fault(folder: Path, fault: "Injected") -> None:
    """Let an injected fault change the files that both sides left in the folder of a case."""
    from harness.faults import injection

    injection.inject_into_case(fault.port(), folder)


def run_options(root: Path, request: Request, case: Case | None = None) -> RunOptions:
    """What a request asks of the runs of the session whose hub is `root`, of the pair of a case where one is given."""
    return RunOptions(
        backends=request.backends if case is None else request.backends_of(case),
        sides=dict(request.sides),
        interpreters=dict(request.interpreters),
        device=request.device,
        store=store.location(request.store, root),
        timeout=request.timeout,
        data_folders=request.data_folders,
        log_patch_stats=request.log_patch_stats,
        patch_stats_limit=request.patch_stats_limit,
        threads=request.threads,
        executor=request.executor,
        faults={} if request.fault is None else {request.fault.backend: request.fault.text},
    )


def progress_writer(path: Path) -> Callable[[Mapping[str, object]], None]:
    """A function that adds one JSON line to the file for each event; both backends' threads may call it."""
    lock = threading.Lock()
    path.parent.mkdir(parents=True, exist_ok=True)

    def write(event: Mapping[str, object]) -> None:
        with lock, path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(plain(event)) + "\n")

    return write


def judge(folder: Path, rung: str) -> RungVerdict:
    """Judge one rung of a case from its files; missing evidence gives a verdict that says so."""
    case = hub.read_case(folder)
    if not has_evidence(folder, rung):
        found = prepared(folder)
        if found is None or found.status == "stopped":
            return _not_judged(rung)
        if found.status != "done":
            return _without_evidence(rung, found.status, found.reason)
    try:
        limits = tolerances.resolve(case.profile, case.limits, case.limit_origins, case.scenario)
        verdict = ladder.judge_rung(rung, cached_evidence(folder, case.backends), limits)
    except HarnessError as reason:
        verdict = _without_evidence(rung, "error", str(reason))
    except Exception as bug:  # an error of the judge is no verdict on a backend, and no reason to lose the others
        message = traceback.format_exception_only(bug)[-1].strip()
        verdict = _without_evidence(rung, "error", f"the judge broke: {message}")
    return _with_relative_paths(verdict, folder)


def comparison_metrics(folder: Path) -> ComparisonMetrics:
    """Contents of `comparison_metrics.json`, computed again from a case's other files; empty without evidence."""
    if not is_prepared(folder):
        return ComparisonMetrics()
    return Results(cached_evidence(folder, hub.read_case(folder).backends)).record


def localisation(folder: Path, verdicts: Sequence[RungVerdict]) -> LocalisationRecord | None:
    """Contents of `localisation.json`, computed again; None when no difference between the sides is found."""
    if not is_prepared(folder):
        return None
    found = localise(cached_evidence(folder, hub.read_case(folder).backends), verdicts)
    return None if found is None else LocalisationRecord.parse(plain(found.as_json()), layout.LOCALISATION)


def cached_evidence(folder: Path, backends: tuple[str, str]) -> Evidence:
    """The evidence of a case, cached until another leg of it has ended."""
    ended = folder / layout.JOBS
    return _evidence(folder, backends, ended.stat().st_mtime_ns if ended.exists() else 0)


@lru_cache(maxsize=4)
def _evidence(folder: Path, backends: tuple[str, str], _ended: int) -> Evidence:
    return Evidence(folder, backends)


def judge_and_record(folder: Path, rung: str) -> RungVerdict:
    """Judge one rung as `judge` does; write the verdict to `checks/<rung>.json` and a note to `green/` or `red/`."""
    started = time.monotonic()
    verdict = judge(folder, rung)
    record = verdict.record.model_copy(update={"seconds": round(time.monotonic() - started, 3)})
    write_json(folder / layout.CHECKS / f"{rung}.json", record)
    notes.write(folder, verdict)
    return verdict


def is_prepared(folder: Path) -> bool:
    """Whether the legs of a case were run, to their end or until the session's, so that there is evidence to judge."""
    found = prepared(folder)
    return found is not None and found.has_evidence


def is_judged(folder: Path, rung: str) -> bool:
    """Whether the verdict on a rung is in the folder of its case."""
    return (folder / layout.CHECKS / f"{rung}.json").exists()


def recorded_verdict(folder: Path, rung: str) -> RungVerdict:
    """The verdict in `checks/<rung>.json`; an inconclusive one when there is no such file."""
    if not is_judged(folder, rung):
        return _not_judged(rung)
    return RungVerdict.of(VerdictRecord.read(folder / layout.CHECKS / f"{rung}.json"))


def _not_judged(rung: str) -> RungVerdict:
    """The verdict on a rung that the session did not come to: nothing is known of it, and nothing is wrong with it."""
    return _without_evidence(rung, "inconclusive", NOT_JUDGED)


def lost(case_id: str, rung: str) -> RungVerdict:
    """The verdict on a rung that the session planned and of which the case, or its plan, is gone."""
    where = f"{case_id}/{layout.CASE}"
    return _without_evidence(rung, "error", f"{case_id}: was planned and is gone: there is no {where} that names it")


def _without_evidence(rung: str, status: Status, reason: str) -> RungVerdict:
    return RungVerdict(rung, (Check(rung, "evidence", status, None, None, None, CONTRACT, reason),))


def _with_relative_paths(verdict: RungVerdict, folder: Path) -> RungVerdict:
    """The verdict with file names in its messages relative to the folder of the case."""
    prefix = f"{folder}/"
    checks = (replace(check, message=check.message.replace(prefix, "")) for check in verdict.checks)
    return RungVerdict(verdict.rung, tuple(checks))
