"""`run_metadata.json`: versions, device and seeds that a case was run with, its times, and what was stored already."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from harness import layout
from harness.records.jobs import JobRecord
from harness.records.run import DeviceRecord, JobsRecord, PathsRecord, RunMetadata, SideRecord
from harness.records.setup import DatasetSetup
from harness.run.inputs import Dataset
from harness.run.keys import Runtime
from harness.run.results import recorded_jobs
from harness.scenario.case import Case
from harness.scenario.schema import Scenario

_COUNTS = ("patterns", "train_patterns", "test_patterns")


def read(case_dir: Path) -> RunMetadata | None:
    """Contents of `run_metadata.json` in the folder of a case; None when there is no such file yet."""
    path = case_dir / layout.RUN_METADATA
    return RunMetadata.read(path) if path.exists() else None


def write(
    case_dir: Path,
    case: Case,
    sides: Mapping[str, Runtime],
    dataset: Dataset,
    damaged: Sequence[str],
    seconds: float,
) -> None:
    """Write `run_metadata.json` in the folder of a case.

    Args:
        case_dir: Folder of the case in the hub.
        case: The case.
        sides: Backend to what it runs in.
        dataset: The dataset of the case.
        damaged: A sentence for each damaged entry of the store; added to those in the file.
        seconds: Seconds that the case took; added to those in the file.
    """
    before, setup = read(case_dir), DatasetSetup.read(dataset.folder / layout.SETUP)
    RunMetadata(
        case=case.id,
        scenario=case.name,
        profile=case.profile,
        from_profile=tuple(sorted(key for key, origin in case.origins.items() if origin.startswith("profile"))),
        overrides=case.overrides,
        seeds=_seeds(case.scenario),
        counts={name: getattr(setup, name) for name in _COUNTS},
        backends={backend: _describe(runtime) for backend, runtime in sides.items()},
        paths={backend: _paths(backend) for backend in sides},
        dataset=dataset.record,
        jobs=_jobs(recorded_jobs(case_dir)),
        damaged_store_entries=(*(before.damaged_store_entries if before else ()), *damaged),
        seconds=(before.seconds if before else 0.0) + seconds,
        finished=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    ).write(case_dir / layout.RUN_METADATA)


def _paths(backend: str) -> PathsRecord:
    return PathsRecord(outputs=backend, log=f"{backend}/{layout.CLI}/{layout.LOG}")


def _seeds(scenario: Scenario) -> dict[str, int]:
    return {
        "object": scenario.dataset.object.seed,
        "scan": scenario.dataset.scan.seed,
        "photons": scenario.dataset.photon_seed,
        "grouping": scenario.grouping.seed,
        "training": scenario.training.seed,
    }


def _describe(runtime: Runtime) -> SideRecord:
    interpreter, device = runtime.interpreter, runtime.device
    return SideRecord(
        python=f"{interpreter.implementation} {interpreter.python}",
        own_interpreter=interpreter.is_own,
        distributions=dict(interpreter.distributions),
        device=DeviceRecord(kind=device.kind, name=device.name, index=device.index),
        threads=runtime.threads,
        variables=dict(runtime.variables),
        fault=runtime.fault,
        revision=runtime.revision,
    )


def _jobs(records: Sequence[JobRecord]) -> JobsRecord:
    """The number of jobs, which came from the store or failed, and the seconds and the key of each."""
    names = [(f"{job.backend}/{job.leg}", job) for job in records]
    return JobsRecord(
        count=len(names),
        cache_hits=tuple(name for name, job in names if job.cached),
        failed=tuple(name for name, job in names if job.status == "failed"),
        seconds={name: job.seconds for name, job in names},
        keys={name: job.key for name, job in names},
    )
