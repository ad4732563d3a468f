"""The jobs of one backend: taken from the store, or run in one fresh worker process."""

import os
import shutil
import sys
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from harness import layout
from harness.files import read_json, write_json
from harness.records.done import DoneRecord
from harness.records.jobs import JobRecord
from harness.run import cores, interpreters, process, timings, worker
from harness.run.devices import Device
from harness.run.environment import QUIET, apply, of_user
from harness.run.executors.executor import LOCAL, Executor, named
from harness.run.interpreters import IMPORT_PATH
from harness.run.job import Job, write_job
from harness.run.keys import Runtime
from harness.run.locks import OnWait
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
    profile: str = ""
    executor: Executor = field(default_factory=partial(named, LOCAL))


def variables(device: Device, threads: int = cores.THREADS) -> dict[str, str]:
    """Environment variables of a worker that can change its result: the user's, then the harness's own."""
    return {**of_user(os.environ), **QUIET, **cores.thread_environment(threads), **device.environment()}


def says_waiting(context: Context, backend: str, leg: str, what: str) -> OnWait:
    """What tells that a leg waits, for a core or for another session, and who holds what it waits for."""

    def told(holders: str) -> None:
        text = f"waits for {what}" + (f", {holders}" if holders else "")
        context.on_progress({"case": context.case, "backend": backend, "leg": leg, "waits": text})

    return told


OnResult = Callable[[PlannedJob, Result], None]


def run(
    context: Context, runtime: Runtime, planned: Sequence[PlannedJob], log: Path, on_result: OnResult = lambda *_: None
) -> list[Result]:
    """Take the results of one backend's jobs from the store, or run the missing jobs in one worker process.

    Their entries of the store stay locked meanwhile. A result is in the store as soon as its job has ended, whatever
    becomes of the worker after it.

    Args:
        context: What all jobs of the case share.
        runtime: What the worker runs in.
        planned: The jobs, each after the one that it starts from.
        log: File that the worker's output is appended to as it comes.
        on_result: Called with each result as soon as it is there.

    Returns:
        One result a job, in the same order.
    """
    results: dict[Address, Result] = {}
    waiting = says_waiting(context, planned[0].backend, planned[0].leg, "another session that computes the same")
    with context.store.locked([plan.address for plan in planned], context.cancelled, waiting):
        for plan in planned:
            folder = context.store.find(plan.address)
            if folder is not None:
                results[plan.address] = finished(plan, folder, cached=True)
                context.on_progress(_event(context, plan, "cached"))
                on_result(plan, results[plan.address])
        missing = {plan.address: plan for plan in planned if plan.address not in results}
        startable = [plan for plan in missing.values() if _has_source(context.store, plan, missing)]
        for plan in missing.values():
            if plan not in startable:
                results[plan.address] = _without_source(plan)
                on_result(plan, results[plan.address])
        if startable:
            results |= _run_missing(context, runtime, startable, log, on_result)
    return [results[plan.address] for plan in planned]


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


def _run_missing(
    context: Context, runtime: Runtime, planned: Sequence[PlannedJob], log: Path, on_result: OnResult
) -> dict[Address, Result]:
    """Run jobs that are not in the store. The first loss of a machine is made good; a further one costs its leg.

    What is left goes on in another folder: a machine that was thought lost may still write into the first.
    """
    results: dict[Address, Result] = {}
    forgiven = False
    while left := [plan for plan in planned if plan.address not in results]:
        with context.store.scratch() as scratch:
            for plan in left:
                write_job(scratch / f"{_name(plan)}.json", _job(context, runtime, plan, scratch))
            for plan in planned:
                if plan.address in results and (error := results[plan.address].error) is not None:
                    write_json(scratch / _name(plan) / layout.ERROR, {"error": error})
            results |= _run_in(scratch, context, runtime, left, log, on_result, forgiven)
        forgiven = True
    return results


def _run_in(
    scratch: Path,
    context: Context,
    runtime: Runtime,
    planned: Sequence[PlannedJob],
    log: Path,
    on_result: OnResult,
    forgiven: bool,
) -> dict[Address, Result]:
    """Run jobs in one folder until all have ended, or a machine was lost."""
    results: dict[Address, Result] = {}
    while left := [plan for plan in planned if plan.address not in results]:
        collector = _Collector(context, left, scratch, on_result)
        outcome = _start(context, runtime, left, scratch, log, collector.look)
        results |= collector.all(outcome, forgiven)
        if outcome.lost:
            break
    return results


class _Collector:
    """Moves the result of each job into the store while the worker goes on with the next one."""

    def __init__(self, context: Context, planned: Sequence[PlannedJob], scratch: Path, on_result: OnResult) -> None:
        self._context, self._scratch, self._on_result = context, scratch, on_result
        self._left = list(planned)
        self._results: dict[Address, Result] = {}
        self._logged = 0
        """Characters of the log that are in the logs of the jobs so far."""

    def look(self, log: Callable[[], str]) -> None:
        """Collect the jobs that have ended, but for the last one, whose log ends with the worker."""
        while len(self._left) > 1 and _has_ended(self._scratch / _name(self._left[0])):
            self._collect(log(), "")

    def all(self, outcome: process.Outcome, forgiven: bool = False) -> dict[Address, Result]:
        """Every result, when the worker has ended; jobs that a dead worker did not come to are left to another one.

        `forgiven`: whether a machine was lost before; the job that the first one was at is left to another, too.
        """
        reason = outcome.reason(self._context.timeout)
        while self._left and not self._is_for_another(outcome, forgiven):
            self._collect(outcome.log, f"the worker {reason}")
        return self._results

    def _is_for_another(self, outcome: process.Outcome, forgiven: bool) -> bool:
        """Whether the next job is run again, or was not begun because another one took the worker with it."""
        output = self._scratch / _name(self._left[0])
        if outcome.lost and not forgiven:
            return not _has_ended(output)
        return bool(self._results) and not outcome.timed_out and not output.is_dir()

    def _collect(self, log: str, reason: str) -> None:
        plan = self._left.pop(0)
        end = self._begin_of_next(log)
        own, self._logged = log[self._logged : end], end
        result = self._results[plan.address] = _result(self._context, plan, self._scratch, own, reason)
        self._on_result(plan, result)
        self._context.on_progress(_event(self._context, plan, "failed" if result.error else "done"))

    def _begin_of_next(self, log: str) -> int:
        """Where the lines of the next job begin; the end of the log, where they are not in it yet."""
        found = log.find(worker.begins(self._left[0].runs, self._left[0].leg)) if self._left else -1
        return log.rfind("\n", 0, found) + 1 if found >= 0 else len(log)


def _has_ended(output: Path) -> bool:
    return (output / layout.DONE).is_file() or (output / layout.ERROR).is_file()


def _name(plan: PlannedJob) -> str:
    """Name of a job's file and folder; it holds the key because a process may run one leg twice, on two inputs."""
    return f"{plan.leg}-{plan.address.key[:8]}"


def _job(context: Context, runtime: Runtime, plan: PlannedJob, scratch: Path) -> Job:
    return Job(
        case=context.case,
        backend=plan.runs,
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


def environment_of(runtime: Runtime, store: Path) -> dict[str, str]:
    """Environment of a worker; folders that the scenario puts on the import path follow those of the harness."""
    environment = interpreters.worker_environment(interpreters.import_folder(store, runtime.package))
    given = dict(runtime.variables)
    own = given.pop(IMPORT_PATH, "")
    apply(given, environment)
    environment[IMPORT_PATH] = os.pathsep.join(filter(None, [environment[IMPORT_PATH], own]))
    return environment


def _start(
    context: Context,
    runtime: Runtime,
    planned: Sequence[PlannedJob],
    scratch: Path,
    log: Path,
    watch: process.Watch,
) -> process.Outcome:
    environment = environment_of(runtime, context.store.root)
    python, jobs = str(runtime.interpreter.path), [f"{_name(plan)}.json" for plan in planned]
    call = process.Call(
        command=[python, "-m", runtime.worker, worker.SUPERVISED, *jobs],
        environment=environment,
        folder=scratch,
        log=log,
        timeout=context.timeout,
        progress=scratch / layout.PROGRESS,
        fresh=[worker.begins(plan.runs, plan.leg) for plan in planned],
        threads=runtime.threads,
        preload=runtime.preload,
    )
    on_progress = _of_side(context.on_progress, planned[0].backend)
    waiting = partial(says_waiting, context, planned[0].backend, planned[0].leg)
    return context.executor.run(call, context.cancelled, on_progress, watch, waiting)


def _of_side(on_progress: process.Progress, side: str) -> process.Progress:
    """What a worker tells of its port, told of the side that it is."""
    return lambda event: on_progress({**event, "backend": side})


def _result(context: Context, plan: PlannedJob, scratch: Path, log: str, reason: str) -> Result:
    """Publish what a job left, or return a failed result that says why there is nothing."""
    output = scratch / _name(plan)
    if (output / layout.DONE).is_file():
        return _published(context, plan, output, log)
    if (output / layout.ERROR).is_file():
        error = read_json(output / layout.ERROR)["error"]
    elif output.is_dir():
        error = reason
        write_json(output / layout.ERROR, {"error": error})  # for the jobs that start from it
    else:
        error = f"was not begun: before that, {reason}"
    where = {str(scratch): "<scratch>", str(context.store.root): "<store>"}
    return failed(plan, without_machine_paths(error, where), without_machine_paths(log, where))


def _published(context: Context, plan: PlannedJob, output: Path, log: str) -> Result:
    """Bring a copy of a job's output into the store: later jobs of the same worker read what it left in `scratch`."""
    seconds = read_json(output / layout.DONE)["seconds"]
    copy = output.with_name(f"{output.name}.published")
    shutil.copytree(output, copy, copy_function=os.link)
    (copy / layout.LOG).write_text(log, encoding="utf-8")
    folder = context.store.publish(plan.address, copy, plan.parts, seconds=seconds)
    timings.note(context.store.root, context.profile, context.case, f"{plan.backend}/{plan.leg}", seconds)
    return finished(plan, folder, cached=False)


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
