"""`summary.json`: the session for programs, gathered from the files of its hub. All pages are made from it."""

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
from harness.report.backend_figures import agreement, figures
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
    """The summary of a hub with these cases, whether its session came to its end or not."""
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
    """What is true over all doses of each scenario, as its `study.json` says."""
    found = [StudyRecord.read(path) for path in sorted(root.glob(STUDIES))]
    return tuple(StudySummary(id=one.scenario, status=one.verdict.status, checks=one.verdict.checks) for one in found)


def case_summary(case: CaseFiles) -> CaseSummary:
    """One case as it was judged and measured: its status, the figures of both sides, and every check."""
    return summarised(case, case.verdicts, case.metrics, case.localisation)


def summarised(
    case: CaseFiles,
    verdicts: Sequence[RungVerdict],
    metrics: ComparisonMetrics,
    localisation: LocalisationRecord | None,
) -> CaseSummary:
    """One case with these verdicts, these figures as `comparison_metrics.json` holds them, and where the sides part."""
    asked, status = case.asked, worst(verdict.status for verdict in verdicts)
    found = CaseSummary(
        id=asked.id,
        scenario=asked.scenario,
        profile=asked.profile,
        overrides=asked.overrides,
        fault=asked.fault,
        status=status,
        lowest_red_rung=lowest_red_rung(verdicts),
        backends={
            name: figures(case, name, metrics.backends.get(name, SideMetrics()), metrics.reasons)
            for name in asked.backends
        },
        checks=tuple(check for verdict in verdicts for check in verdict.checks),
        agreement=agreement(metrics.agreement),
        localisation=localisation,
        message=_message(verdicts, status),
    )
    return found.model_copy(update={"diagnosis": diagnosis(found)})


def worst(statuses: Iterable[Status]) -> Status:
    """The worst of some statuses; `error` when there is none."""
    found = set(statuses)
    return next((status for status in SEVERITY if status in found), "error")


def lowest_red_rung(verdicts: Sequence[RungVerdict]) -> str | None:
    """The first rung, in the ladder's order, that failed or had no evidence."""
    return next((verdict.rung for verdict in verdicts if verdict.status in RED), None)


def _message(verdicts: Sequence[RungVerdict], status: str) -> str:
    """Why the case is not simply passed."""
    return next((f"{v.rung}: {v.message}" for v in verdicts if v.status == status), "") if status != "pass" else ""


def _totals(cases: Sequence[CaseSummary]) -> Totals:
    statuses = Counter[str](check.status for case in cases for check in case.checks)
    counts = {name: statuses[status] for name, status in _TOTALS.items()}
    return Totals(cases=len(cases), checks=statuses.total(), **counts)


def _provenance(root: Path, cases: Sequence[CaseFiles]) -> Provenance:
    """Where the results come from; versions and device as the workers had them, who may use other interpreters."""
    environment = EnvironmentRecord.read_if_whole(root / layout.ENVIRONMENT) or EnvironmentRecord()
    sides = [side for case in cases for side in case.environments.values()]
    installed = [environment.packages, *(side.distributions for side in sides)]
    devices = {f"{side.device.kind} ({side.device.name})" for side in sides}
    return Provenance(
        git_commit=environment.git_commit,
        dirty=environment.dirty,
        harness_version=environment.harness_version,
        python=environment.python,
        frameworks={name: _versions(name, installed[1:] or installed) for name in FRAMEWORKS},
        device=", ".join(sorted(devices)).replace("cpu (cpu)", "cpu") or None,
        threads=environment.threads,
    )


def _versions(framework: str, installed: Sequence[Mapping[str, str]]) -> str | None:
    """Version of a framework, `tensorflow-cpu` and its like included; all of them where interpreters differ."""
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
