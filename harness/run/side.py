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
from harness.run.job import Job, write_job
from harness.run.keys import Surroundings
from harness.run.plan import SOURCE_FOLDERS, Planned
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
    """The finished result in the store."""
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
    """What every worker of a case is started with."""

    case: str
    store: Store
    timeout: float
    cancelled: threading.Event
    on_progress: process.Progress


def variables(device: Device) -> dict[str, str]:
    """Environment variables of a worker that can change its result: the user's, then the harness's own."""
    return {**changing_results(os.environ), **QUIET, **cores.thread_environment(), **device.environment()}


def run(context: Context, surroundings: Surroundings, planned: Sequence[Planned], log: Path) -> list[Result]:
    """Results of the planned jobs of one backend, in their order.

    Whoever else wants one of them waits meanwhile. The output of a worker goes to `log` as it comes.
    """
    results: dict[Address, Result] = {}
    with context.store.locked([plan.address for plan in planned], context.cancelled):
        for plan in planned:
            folder = context.store.find(plan.address)
            if folder is not None:
                results[plan.address] = finished(plan, folder, cached=True)
                context.on_progress(_event(context, plan, "cached"))
        absent = {plan.address: plan for plan in planned if plan.address not in results}
        startable = [plan for plan in absent.values() if _has_its_source(context.store, plan, absent)]
        if startable:
            results |= _run_absent(context, surroundings, startable, log)
    return [results.get(plan.address) or _without_source(plan) for plan in planned]


def _has_its_source(store: Store, plan: Planned, to_run: Collection[Address]) -> bool:
    """Whether the result that a job starts from is there, or is about to be made by the same process."""
    source = plan.source
    return source is None or source.address in to_run or store.find(source.address) is not None


def _without_source(plan: Planned) -> Result:
    """The result of a job that was not run because the job that it starts from left nothing."""
    assert plan.source is not None
    source = plan.source
    return failed(plan, f"was not run: it starts from {source.leg} of {source.backend}, which failed")


def finished(plan: Planned, folder: Path, cached: bool) -> Result:
    """The result of a job that stands in the store."""
    seconds = DoneRecord.read(folder / layout.DONE).seconds
    return Result(plan.backend, plan.leg, plan.address.key, cached, seconds, None, folder)


def _run_absent(
    context: Context, surroundings: Surroundings, planned: Sequence[Planned], log: Path
) -> dict[Address, Result]:
    with cores.slot(context.cancelled), context.store.scratch() as scratch:
        for plan in planned:
            write_job(scratch / f"{_name(plan)}.json", _job(context, surroundings, plan, scratch))
        outcome = _start(context, surroundings, [f"{_name(plan)}.json" for plan in planned], scratch, log)
        reason = outcome.reason(context.timeout)
        results = {plan.address: _collect(context, plan, scratch, outcome, reason) for plan in planned}
    for plan in planned:
        context.on_progress(_event(context, plan, "failed" if results[plan.address].error else "done"))
    return results


def _name(plan: Planned) -> str:
    """Name of a job's file and folder: a process may run one leg twice, of two inputs."""
    return f"{plan.leg}-{plan.address.key[:8]}"


def _job(context: Context, surroundings: Surroundings, plan: Planned, scratch: Path) -> Job:
    return Job(
        case=context.case,
        backend=plan.backend,
        leg=plan.leg,
        scenario=plan.scenario,
        dataset=plan.dataset,
        output=scratch / _name(plan),
        device=surroundings.device.kind,
        environment=dict(surroundings.variables),
        source=_source(context.store, plan, scratch),
        progress=scratch / layout.PROGRESS,
        patch_stats=plan.patch_stats,
        iterations=plan.iterations,
        fault=surroundings.fault,
    )


def _source(store: Store, plan: Planned, scratch: Path) -> Path | None:
    """Where the result that a job starts from is, or will be when this same process makes it."""
    if plan.source is None:
        return None
    stored = store.path(plan.source.address)
    return (stored if stored.is_dir() else scratch / _name(plan.source)) / SOURCE_FOLDERS[plan.source.leg]


def _start(
    context: Context, surroundings: Surroundings, jobs: Sequence[str], scratch: Path, log: Path
) -> process.Outcome:
    environment = interpreters.worker_environment(interpreters.import_folder(scratch))
    apply(surroundings.variables, environment)
    python = str(surroundings.interpreter.path)
    return process.run(
        [python, "-m", surroundings.worker, worker.SUPERVISED, *jobs],
        environment,
        scratch,
        log,
        context.timeout,
        context.cancelled,
        scratch / layout.PROGRESS,
        context.on_progress,
    )


def _collect(context: Context, plan: Planned, scratch: Path, outcome: process.Outcome, reason: str | None) -> Result:
    """Publish what a job left, or say why it left nothing."""
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
    return failed(plan, relative(error, where), relative(outcome.log, where))


def failed(plan: Planned, error: str, log: str = "") -> Result:
    """The result of a job that could not be done."""
    return Result(plan.backend, plan.leg, plan.address.key, False, None, error, None, log)


def relative(text: str, folders: Mapping[str, str]) -> str:
    """Replace the folders of this machine by names: what a hub holds means the same elsewhere."""
    for folder, name in {**folders, sys.prefix: "<python>", str(Path.home()): "~"}.items():
        text = text.replace(folder, name)
    return text


def _event(context: Context, plan: Planned, state: str) -> dict[str, str]:
    return {"case": context.case, "backend": plan.backend, "leg": plan.leg, "state": state}
