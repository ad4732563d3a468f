"""`summary.json`: the session for programs, gathered from the files of its hub. All pages are made from it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from harness import layout
from harness.files import read_json
from harness.judge.verdict import SEVERITY, RungVerdict
from harness.records import jobs
from harness.records.jobs import JobRecord
from harness.report import localisation
from harness.report.backend_figures import by_part, figures
from harness.report.diagnosis import diagnosis
from harness.report.panels.provenance import environments
from harness.session import case_runner, hub

SCHEMA_VERSION = "1.0"
STUDIES = f"{layout.STUDIES}/*/{layout.STUDY}"
FRAMEWORKS = ("tensorflow", "torch", "keras", "numpy")
_TOTALS = {"passed": "pass", "failed": "fail", "errors": "error", "inconclusive": "inconclusive", "skipped": "skipped"}


def build(root: Path) -> dict[str, Any]:
    """The summary of a hub, whether its session came to its end or not."""
    session = hub.read_session(root)
    cases = [case_summary(folder) for folder in hub.case_folders(root)]
    return {
        "schema_version": SCHEMA_VERSION,
        "hub": root.name,
        "started": session["started"],
        "finished": session["finished"],
        "duration_s": _duration(session["started"], session["finished"]),
        "exit_status": session["exit_status"],
        "command": session["command"],
        "provenance": _provenance(root),
        "totals": _totals(cases),
        "cases": cases,
        "studies": [_study(path) for path in sorted(root.glob(STUDIES))],
    }


def _study(path: Path) -> dict[str, Any]:
    """What is true over all doses of a scenario, as its `study.json` says."""
    study = read_json(path)
    return {"id": study["scenario"], "status": study["verdict"]["status"], "checks": study["verdict"]["checks"]}


def case_summary(folder: Path) -> dict[str, Any]:
    """One case as it was judged and measured: its status, the figures of both sides, and every check."""
    verdicts = [case_runner.recorded(folder, rung) for rung in hub.read_case(folder).rungs]
    parting = hub.read_optional(folder / localisation.JSON, None)
    return summarised(folder, verdicts, hub.read_optional(folder / layout.COMPARISON / layout.METRICS, {}), parting)


def summarised(
    folder: Path, verdicts: Sequence[RungVerdict], metrics: Mapping[str, Any], parting: Mapping[str, Any] | None
) -> dict[str, Any]:
    """One case with these verdicts, these figures as `comparison_metrics.json` holds them, and where the sides part."""
    case = hub.read_case(folder)
    done = jobs_of(folder)
    together = metrics.get("agreement") or {}
    status = worst(verdict.status for verdict in verdicts)
    found = {
        "id": case.id,
        "scenario": case.scenario,
        "profile": case.profile,
        "overrides": case.overrides,
        "fault": case.fault,
        "status": status,
        "lowest_red_rung": lowest_red_rung(verdicts),
        "backends": {
            name: figures(
                folder / name,
                [job for job in done if job.backend == name],
                metrics.get("backends", {}).get(name, {}),
                metrics.get("reasons", {}),
            )
            for name in case.backends
        },
        "checks": [check for verdict in verdicts for check in verdict.as_json()["checks"]],
        "agreement": {**by_part(together), "gauges": together.get("gauges")},
        "localisation": parting,
        "message": _message(verdicts, status),
    }
    return {**found, "diagnosis": diagnosis(found)}


def jobs_of(folder: Path) -> list[JobRecord]:
    """The jobs of a case and of the members of its ensemble."""
    lists = [folder / layout.JOBS, *sorted((folder / layout.ENSEMBLE).glob(f"*/{layout.JOBS}"))]
    return [job for path in lists for job in jobs.read_if_whole(path)]


def worst(statuses: Iterable[str]) -> str:
    """The worst of some statuses; `error` when there is none."""
    found = set(statuses)
    return next((status for status in SEVERITY if status in found), "error")


def lowest_red_rung(verdicts: Sequence[RungVerdict]) -> str | None:
    """The first rung, in the ladder's order, that failed or had no evidence."""
    return next((verdict.rung for verdict in verdicts if verdict.status in ("fail", "error")), None)


def _message(verdicts: Sequence[RungVerdict], status: str) -> str:
    """Why the case is not simply passed."""
    return next((f"{v.rung}: {v.message}" for v in verdicts if v.status == status), "") if status != "pass" else ""


def _totals(cases: Sequence[dict[str, Any]]) -> dict[str, int]:
    statuses = Counter(check["status"] for case in cases for check in case["checks"])
    counts = {name: statuses[status] for name, status in _TOTALS.items()}
    return {"cases": len(cases), "checks": statuses.total(), **counts}


def _provenance(root: Path) -> dict[str, Any]:
    """Where the results come from; versions and device as the workers had them, who may use other interpreters."""
    environment = hub.read_optional(root / layout.ENVIRONMENT, {})
    runs = [environments(folder) for folder in hub.case_folders(root)]
    sides = [side for run in runs for side in run.values()]
    installed = [environment.get("packages", {}), *(side.distributions for side in sides)]
    devices = {f"{side.device.kind} ({side.device.name})" for side in sides}
    return {
        "git_commit": environment.get("git_commit"),
        "dirty": environment.get("dirty"),
        "harness_version": environment.get("harness_version"),
        "python": environment.get("python"),
        "frameworks": {name: _versions(name, installed[1:] or installed) for name in FRAMEWORKS},
        "device": ", ".join(sorted(devices)).replace("cpu (cpu)", "cpu") or None,
        "threads": environment.get("threads"),
    }


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
