"""A worker process whose jobs have a fault: `python -m harness.faults.worker [--float64] [--supervised] JOB.json ...`.

It works like `harness.run.worker`, and injects the fault that a job names while the job runs. Each job may have another
fault, so one process can run a whole catalogue. With `--float64` the lock-step legs skip float32.
"""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from unittest import mock

from harness.run import worker
from harness.run.environment import apply
from harness.run.job import read_job, write_job

FLOAT64 = "--float64"
DATASET = "dataset-with-fault"
ORACLE = "oracle"


def main(arguments: Sequence[str]) -> int:
    """Run the jobs of the command line with their faults; returns the exit status."""
    paths = [Path(argument) for argument in arguments if not argument.startswith("--")]
    if paths:
        apply(read_job(paths[0]).environment)  # before anything numerical is imported
    if FLOAT64 in arguments:
        from harness.run.legs import common

        common.PRECISIONS = ("float64",)  # type: ignore[attr-defined]
    with mock.patch.object(worker, "run", partial(run, worker.run)):
        return worker.main([argument for argument in arguments if argument != FLOAT64])


def run(plain: Callable[..., bool], path: Path) -> bool:
    """Run one job with its fault by `plain`, the worker's own `run`; returns whether the job succeeded."""
    from harness.faults import catalogue, injection

    job = read_job(path)
    if job.fault is None:
        return plain(path)
    port = catalogue.parse(job.fault, [job.backend]).port(job.leg)
    folder = path.parent / f"{DATASET}-{path.stem}"
    # The oracle reads the data by the harness's own code, and is not the side that reads something else.
    dataset = job.dataset if job.leg == ORACLE else injection.inject_into_dataset(port, job.dataset, folder)
    if dataset != job.dataset:
        path = path.with_name(f"{path.stem}-own.json")
        write_job(path, job.model_copy(update={"dataset": dataset}))
    with injection.injected(port):
        return plain(path, partial(injection.inject_into_files, port, job.leg))


if __name__ == "__main__":
    worker.leave(main(sys.argv[1:]))
