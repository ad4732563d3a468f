"""The jobs of one backend: taken from the store, or run in one fresh worker process."""

import os
import sys
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness import layout
from harness.files import read_json
from harness.records.done import DoneRecord
from harness.records.jobs import JobRecord
from harness.run import cores, interpreters, process, worker
from harness.run.devices import Device
from harness.run.environment import QUIET, apply, changing_results
from harness.run.interpreters import IMPORT_PATH
from harness.run.job import Job, write_job
from harness.run.keys import Runtime
from harness.run.plan import SOURCE_FOLDERS, PlannedJob
from harness.run.store import Address, Store


@dataclass(frozen=True)
class Result:
    """How one job ended."""

    backend: str
    leg: str
    key: str | None
    cached: bool
    seconds: float | None
    """Seconds that the leg took, when it was run."""
    error: str | None
    folder: Path | None
    """Folder of the result in the store; None for a failed job."""
    log: str = ""
    """What the process of a failed job printed."""

    def record(self) -> JobRecord:
        """The job's entry in `jobs.json`."""
        return JobRecord(
            backend=self.backend,
            leg=self.leg,
            status="done" if self.error is None else "failed",
            cached=self.cached,
            seconds=self.seconds,
            key=self.key,
            error=self.error,
        )


@dataclass(frozen=True)
class Context:
    """What all jobs of a case share: the store, time limit, cancellation and progress callback."""

    case: str
    store: Store
    timeout: float
    cancelled: threading.Event
    on_progress: process.Progress


def variables(device: Device) -> dict[str, str]:
    """Environment variables of a worker that can change its result: the user's, then the harness's own."""
    return {**changing_results(os.environ), **QUIET, **cores.thread_environment(), **device.environment()}


def run(context: Context, runtime: Runtime, planned: Sequence[PlannedJob], log: Path) -> list[Result]:
    """Take the results of one backend's jobs from the store, or run the missing jobs in one worker process.

    Their entries of the store stay locked meanwhile.

    Args:
        context: What all jobs of the case share.
        runtime: What the worker runs in.
        planned: The jobs, each after the one that it starts from.
        log: File that the worker's output is appended to as it comes.

    Returns:
        One result a job, in the same order.
    """
    results: dict[Address, Result] = {}
    with context.store.locked([plan.address for plan in planned], context.cancelled):
        for plan in planned:
            folder = context.store.find(plan.address)
            if folder is not None:
                results[plan.address] = finished(plan, folder, cached=True)
                context.on_progress(_event(context, plan, "cached"))
        missing = {plan.address: plan for plan in planned if plan.address not in results}
        startable = [plan for plan in missing.values() if _has_source(context.store, plan, missing)]
        if startable:
            results |= _run_missing(context, runtime, startable, log)
    return [results.get(plan.address) or _without_source(plan) for plan in planned]


def _has_source(store: Store, plan: PlannedJob, to_run: Collection[Address]) -> bool:
    """Whether the result that a job starts from is in the store, or among the jobs that are about to run."""
    source = plan.source
    return source is None or source.address in to_run or store.find(source.address) is not None


def _without_source(plan: PlannedJob) -> Result:
    """Failed result of a job that was not run because the job that it starts from failed."""
    assert plan.source is not None
    source = plan.source
    return failed(plan, f"was not run: it starts from {source.leg} of {source.backend}, which failed")


def finished(plan: PlannedJob, folder: Path, cached: bool) -> Result:
    """Result of a job from its folder in the store; `cached`: it was not run in this session."""
    seconds = DoneRecord.read(folder / layout.DONE).seconds
    return Result(plan.backend, plan.leg, plan.address.key, cached, seconds, None, folder)


def _run_missing(context: Context, runtime: Runtime, planned: Sequence[PlannedJob], log: Path) -> dict[Address, Result]:
    with cores.slot(context.cancelled), context.store.scratch() as scratch:
        for plan in planned:
            write_job(scratch / f"{_name(plan)}.json", _job(context, runtime, plan, scratch))
        outcome = _start(context, runtime, [f"{_name(plan)}.json" for plan in planned], scratch, log)
        reason = outcome.reason(context.timeout)
        results = {plan.address: _collect(context, plan, scratch, outcome, reason) for plan in planned}
    for plan in planned:
        context.on_progress(_event(context, plan, "failed" if results[plan.address].error else "done"))
    return results


def _name(plan: PlannedJob) -> str:
    """Name of a job's file and folder; it holds the key because a process may run one leg twice, on two inputs."""
    return f"{plan.leg}-{plan.address.key[:8]}"


def _job(context: Context, runtime: Runtime, plan: PlannedJob, scratch: Path) -> Job:
    return Job(
        case=context.case,
        backend=plan.backend,
        leg=plan.leg,
        scenario=plan.scenario,
        dataset=plan.dataset,
        output=scratch / _name(plan),
        device=runtime.device.kind,
        environment=dict(runtime.variables),
        source=_source(context.store, plan, scratch),
        progress=scratch / layout.PROGRESS,
        patch_stats=plan.patch_stats,
        iterations=plan.iterations,
        home=plan.side_inputs.home,
        upstream=plan.side_inputs.upstream,
        mapping=plan.side_inputs.mapping,
        fault=runtime.fault,
    )


def _source(store: Store, plan: PlannedJob, scratch: Path) -> Path | None:
    """Folder that a job starts from: in the store or, when the same process is about to fill it, in `scratch`."""
    if plan.source is None:
        return None
    stored = store.path(plan.source.address)
    return (stored if stored.is_dir() else scratch / _name(plan.source)) / SOURCE_FOLDERS[plan.source.leg]


def environment_of(runtime: Runtime, scratch: Path) -> dict[str, str]:
    """Environment of a worker; folders that the scenario puts on the import path follow those of the harness."""
    environment = interpreters.worker_environment(interpreters.import_folder(scratch))
    given = dict(runtime.variables)
    own = given.pop(IMPORT_PATH, "")
    apply(given, environment)
    environment[IMPORT_PATH] = os.pathsep.join(filter(None, [environment[IMPORT_PATH], own]))
    return environment


def _start(context: Context, runtime: Runtime, jobs: Sequence[str], scratch: Path, log: Path) -> process.Outcome:
    environment = environment_of(runtime, scratch)
    python = str(runtime.interpreter.path)
    return process.run(
        [python, "-m", runtime.worker, worker.SUPERVISED, *jobs],
        environment,
        scratch,
        log,
        context.timeout,
        context.cancelled,
        scratch / layout.PROGRESS,
        context.on_progress,
    )


def _collect(context: Context, plan: PlannedJob, scratch: Path, outcome: process.Outcome, reason: str | None) -> Result:
    """Move a job's result into the store, or return a failed result that says why there is none."""
    output = scratch / _name(plan)
    if (output / layout.DONE).is_file():
        seconds = read_json(output / layout.DONE)["seconds"]
        (output / layout.LOG).write_text(outcome.log, encoding="utf-8")
        return finished(plan, context.store.publish(plan.address, output, plan.parts, seconds=seconds), cached=False)
    if (output / layout.ERROR).is_file():
        error = read_json(output / layout.ERROR)["error"]
    elif output.is_dir():
        error = f"the worker {reason}"
    else:
        error = f"was not begun: the worker {reason} before"
    where = {str(scratch): "<scratch>", str(context.store.root): "<store>"}
    return failed(plan, without_machine_paths(error, where), without_machine_paths(outcome.log, where))


def failed(plan: PlannedJob, error: str, log: str = "") -> Result:
    """Result of a job that failed or could not be run."""
    return Result(plan.backend, plan.leg, plan.address.key, False, None, error, None, log)


def without_machine_paths(text: str, folders: Mapping[str, str]) -> str:
    """Replace folders of this machine in a text by names such as `<store>`, so that a hub reads the same anywhere."""
    for folder, name in {**folders, sys.prefix: "<python>", str(Path.home()): "~"}.items():
        text = text.replace(folder, name)
    return text


def _event(context: Context, plan: PlannedJob, state: str) -> dict[str, str]:
    return {"case": context.case, "backend": plan.backend, "leg": plan.leg, "state": state}
