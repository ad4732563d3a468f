"""`summary.json`: the results of a session for programs, gathered from its hub. All pages are made from it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from harness import layout
from harness.judge.verdict import RED, SEVERITY, RungVerdict, Status
from harness.records.environment import EnvironmentRecord
from harness.records.localisation import LocalisationRecord
from harness.records.metrics import ComparisonMetrics, SideMetrics
from harness.records.study import StudyRecord
from harness.records.summary import SCHEMA_VERSION, CaseSummary, Provenance, StudySummary, Summary, Totals
from harness.report import durations
from harness.report.backend_metrics import agreement, side_summary
from harness.report.case_files import CaseFiles
from harness.report.diagnosis import diagnosis
from harness.session import hub

STUDIES = f"{layout.STUDIES}/*/{layout.STUDY}"
FRAMEWORKS = ("tensorflow", "torch", "keras", "numpy")
_TOTALS = {
    "passed": "pass",
    "failed": "fail",
    "errors": "error",
    "inconclusive": "inconclusive",
    "declared": "declared",
    "skipped": "skipped",
}


def build(root: Path, cases: Sequence[CaseFiles]) -> Summary:
    """Build the summary of a hub from the files of its cases; its session may still be running or have been killed."""
    session = hub.read_session(root)
    found = tuple(case_summary(case) for case in cases)
    return Summary(
        schema_version=SCHEMA_VERSION,
        hub=root.name,
        started=session.started,
        finished=session.finished,
        duration_s=_duration(session.started, session.finished),
        exit_status=session.exit_status,
        command=session.command,
        provenance=_provenance(root, cases),
        totals=_totals(found),
        cases=found,
        studies=studies(root),
    )


def studies(root: Path) -> tuple[StudySummary, ...]:
    """Status and checks of each dose study of a hub, from its `studies/<scenario>/study.json`."""
    found = [StudyRecord.read(path) for path in sorted(root.glob(STUDIES))]
    return tuple(StudySummary(id=one.scenario, status=one.verdict.status, checks=one.verdict.checks) for one in found)


def case_summary(case: CaseFiles) -> CaseSummary:
    """The summary of one case from its recorded files: status, diagnosis, metrics of both sides, and every check."""
    return summarise(case, case.verdicts, case.metrics, case.localisation)


def summarise(
    case: CaseFiles,
    verdicts: Sequence[RungVerdict],
    metrics: ComparisonMetrics,
    localisation: LocalisationRecord | None,
) -> CaseSummary:
    """The summary of one case with the given verdicts and metrics in place of the recorded ones.

    Args:
        case: the files of the case.
        verdicts: the verdict of each planned rung, in the order of the ladder.
        metrics: contents of `comparison_metrics.json`.
        localisation: contents of `localisation.json`; None where no tensor differs.
    """
    plan, status = case.plan, worst(verdict.status for verdict in verdicts)
    found = CaseSummary(
        id=plan.id,
        scenario=plan.scenario,
        profile=plan.profile,
        overrides=plan.overrides,
        fault=plan.fault,
        status=status,
        lowest_red_rung=lowest_red_rung(verdicts),
        backends={
            name: side_summary(case, name, metrics.backends.get(name, SideMetrics()), metrics.reasons)
            for name in plan.backends
        },
        checks=tuple(check for verdict in verdicts for check in verdict.checks),
        agreement=agreement(metrics.agreement),
        localisation=localisation,
        message=_message(verdicts, status),
        rung_seconds=durations.of_rungs(case),
        leg_seconds=durations.of_legs(case),
    )
    return found.model_copy(update={"diagnosis": diagnosis(found)})


def worst(statuses: Iterable[Status]) -> Status:
    """The worst of the given statuses; `error` when none is given."""
    found = set(statuses)
    return next((status for status in SEVERITY if status in found), "error")


def lowest_red_rung(verdicts: Sequence[RungVerdict]) -> str | None:
    """The first rung, in the order of the ladder, with status `fail` or `error`; None without one."""
    return next((verdict.rung for verdict in verdicts if verdict.status in RED), None)


def _message(verdicts: Sequence[RungVerdict], status: str) -> str:
    """Message of the first verdict with the status of the case; empty for a case that passed."""
    return next((f"{v.rung}: {v.message}" for v in verdicts if v.status == status), "") if status != "pass" else ""


def _totals(cases: Sequence[CaseSummary]) -> Totals:
    statuses = Counter[str](check.status for case in cases for check in case.checks)
    counts = {name: statuses[status] for name, status in _TOTALS.items()}
    return Totals(cases=len(cases), checks=statuses.total(), **counts)


def _provenance(root: Path, cases: Sequence[CaseFiles]) -> Provenance:
    """Commit, versions and device of the results, taken from the workers, which may run in other interpreters."""
    environment = EnvironmentRecord.read_if_whole(root / layout.ENVIRONMENT) or EnvironmentRecord()
    sides = [side for case in cases for side in case.environments.values()]
    installed = [environment.packages, *(side.distributions for side in sides)]
    devices = {f"{side.device.kind} ({side.device.name})" for side in sides}
    return Provenance(
        git_commit=environment.git_commit,
        git_branch=environment.git_branch,
        dirty=environment.dirty,
        harness_version=environment.harness_version,
        python=environment.python,
        frameworks={name: _versions(name, installed[1:] or installed) for name in FRAMEWORKS},
        device=", ".join(sorted(devices)).replace("cpu (cpu)", "cpu") or None,
        threads=environment.threads,
    )


def _versions(framework: str, installed: Sequence[Mapping[str, str]]) -> str | None:
    """Installed version of a framework, or of its package `<framework>-cpu`; all versions where interpreters differ."""
    found = {
        version
        for packages in installed
        for name, version in packages.items()
        if name.lower().replace("_", "-") in (framework, f"{framework}-cpu")
    }
    return ", ".join(sorted(found)) or None


def _duration(started: str, finished: str | None) -> float | None:
    if finished is None:
        return None
    return (datetime.fromisoformat(finished) - datetime.fromisoformat(started)).total_seconds()
