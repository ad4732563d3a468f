"""Results of jobs in the folder of a case: their files and logs, `jobs.json`, and evidence of the failed ones."""

import shutil
import sys
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path

from harness import layout, templates
from harness.files import write_atomic, write_text
from harness.records import jobs
from harness.records.jobs import JobRecord
from harness.run.checksums import recorded_files
from harness.run.job import Job, write_job
from harness.run.keys import Runtime
from harness.run.plan import SOURCE_FOLDERS, PlannedJob
from harness.run.side import Result

_LAST_LINES = 40


def log_of(case_dir: Path, backend: str) -> Path:
    """Path of the log of all worker processes of a backend in a case."""
    return case_dir / backend / layout.CLI / layout.LOG


def recorded_jobs(case_dir: Path) -> list[JobRecord]:
    """The jobs that `jobs.json` of a case lists; none when there is no such file yet."""
    path = case_dir / layout.JOBS
    return jobs.read(path) if path.exists() else []


def record_jobs(case_dir: Path, results: Sequence[Result]) -> None:
    """Add jobs to `jobs.json` of a case; they replace former ones of the same backend and leg."""
    records = {(job.backend, job.leg): job for job in recorded_jobs(case_dir)}
    records |= {(result.backend, result.leg): result.record() for result in results}
    jobs.write(case_dir / layout.JOBS, records.values())


def copy_files(folder: Path, target: Path, leave_out: Collection[str] = ()) -> None:
    """Copy a finished folder of the store to the folder `target` of a hub; its log is appended to the log there.

    `leave_out`: names of files, relative to the folder, that are not copied.
    """
    for name in recorded_files(folder):
        if name in leave_out:
            continue
        if name == layout.LOG:
            _add_log(folder / name, target / layout.CLI / layout.LOG)
        else:
            write_atomic(target / name, partial(_copy, folder / name))


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)


def _add_log(stored: Path, log: Path) -> None:
    """Append a stored log unless `log` holds it already: the jobs of one process share one log."""
    text = stored.read_text(encoding="utf-8")
    present = log.read_text(encoding="utf-8") if log.exists() else ""
    if text not in present:
        write_text(log, f"{present}# from the store\n{text}")


def write_evidence(case_dir: Path, planned: PlannedJob, runtime: Runtime, result: Result) -> None:
    """Write `red/<backend>_<leg>.md` for a failed job, and beside it a job file that repeats it from the hub."""
    name = f"{planned.backend}_{planned.leg}"
    (case_dir / layout.RED).mkdir(parents=True, exist_ok=True)
    write_job(case_dir / layout.RED / f"{name}.json", _repeatable(case_dir, planned, runtime))
    write_text(case_dir / layout.RED / f"{name}.md", _evidence(name, runtime, result))


def _repeatable(case_dir: Path, planned: PlannedJob, runtime: Runtime) -> Job:
    """The failed job once more, reading from the hub in place of the store."""
    used = planned.source
    source = case_dir / used.backend / SOURCE_FOLDERS[used.leg] if used else None
    return Job(
        case=case_dir.name,
        backend=planned.runs,
        leg=planned.leg,
        scenario=planned.scenario,
        dataset=case_dir / layout.DATASET,
        output=case_dir / layout.RED / f"repeated_{planned.backend}_{planned.leg}",
        device=runtime.device.kind,
        environment=dict(runtime.variables),
        source=source,
        patch_stats=planned.patch_stats,
        home=planned.side_inputs.home,
        upstream=planned.side_inputs.upstream,
        mapping=planned.side_inputs.mapping,
        fault=runtime.fault,
    )


def _evidence(name: str, runtime: Runtime, result: Result) -> str:
    own = runtime.interpreter.is_own
    command = f"{'python' if own else runtime.interpreter.path} -m {runtime.worker} {layout.RED}/{name}.json"
    return templates.render(
        "notes/failed_job.md",
        result=result,
        command=command,
        environment=_environment(runtime),
        log=result.log.splitlines()[-_LAST_LINES:] or ["nothing was started"],
    )


def _environment(runtime: Runtime) -> list[str]:
    interpreter, device = runtime.interpreter, runtime.device
    versions = [f"{name} {version}" for name, version in interpreter.distributions.items()]
    python = (
        f"{interpreter.implementation} {interpreter.python} on {sys.platform}, device {device.kind} ({device.name})"
    )
    return [python, *versions, *(f"{name}={value}" for name, value in runtime.variables.items())]


def unavailable(case_dir: Path, backend: str, legs: Sequence[str], error: str) -> list[Result]:
    """Failed results for a backend that its interpreter cannot run; `red/<backend>.md` says why."""
    note = templates.render("notes/unavailable.md", backend=backend, error=error)
    write_text(case_dir / layout.RED / f"{backend}.md", note)
    return [Result(backend, leg, None, False, None, error, None) for leg in legs]


def without_partner(backend: str, partner: str, legs: Sequence[str]) -> list[Result]:
    """Failed results of a backend for legs that start from results of its partner, which cannot run."""
    error = f"there is no result of {partner} to start from: {partner} cannot run"
    return [Result(backend, leg, None, False, None, error, None) for leg in legs]
