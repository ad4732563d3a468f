"""`run_metadata.json`: what a case was run with, what it took, and what came from the store."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness import layout
from harness.files import read_json, write_json
from harness.records.jobs import JobRecord
from harness.run.cores import THREADS
from harness.run.inputs import Dataset
from harness.run.keys import Surroundings
from harness.run.results import recorded
from harness.scenario.case import Case
from harness.scenario.schema import Scenario

_COUNTS = ("patterns", "train_patterns", "test_patterns")


def read(case_dir: Path) -> dict[str, Any]:
    """What was written for this case before; empty when nothing was."""
    path = case_dir / layout.RUN_METADATA
    metadata: dict[str, Any] = read_json(path) if path.exists() else {}
    return metadata


def write(
    case_dir: Path,
    case: Case,
    sides: Mapping[str, Surroundings],
    dataset: Dataset,
    damaged: Sequence[str],
    seconds: float,
) -> None:
    """Write `run_metadata.json`; seconds and damage add to what was there before."""
    before, setup = read(case_dir), read_json(dataset.folder / layout.SETUP)
    metadata = {
        "case": case.id,
        "scenario": case.name,
        "profile": case.profile,
        "from_profile": sorted(key for key, origin in case.origins.items() if origin.startswith("profile")),
        "overrides": case.overrides,
        "seeds": _seeds(case.scenario),
        "counts": {name: setup[name] for name in _COUNTS},
        "backends": {backend: _describe(surroundings) for backend, surroundings in sides.items()},
        "paths": {backend: {"outputs": backend, "log": f"{backend}/{layout.CLI}/{layout.LOG}"} for backend in sides},
        "dataset": dataset.record,
        "jobs": _jobs(recorded(case_dir)),
        "damaged_store_entries": [*before.get("damaged_store_entries", []), *damaged],
        "seconds": before.get("seconds", 0.0) + seconds,
        "finished": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    write_json(case_dir / layout.RUN_METADATA, metadata)


def _seeds(scenario: Scenario) -> dict[str, int]:
    return {
        "object": scenario.dataset.object.seed,
        "scan": scenario.dataset.scan.seed,
        "photons": scenario.dataset.photon_seed,
        "grouping": scenario.grouping.seed,
        "training": scenario.training.seed,
    }


def _describe(surroundings: Surroundings) -> dict[str, Any]:
    interpreter, device = surroundings.interpreter, surroundings.device
    return {
        "python": f"{interpreter.implementation} {interpreter.python}",
        "own_interpreter": interpreter.is_own,
        "distributions": interpreter.distributions,
        "device": {"kind": device.kind, "name": device.name, "index": device.index},
        "threads": THREADS,
        "variables": surroundings.variables,
        "fault": surroundings.fault,
    }


def _jobs(records: Sequence[JobRecord]) -> dict[str, Any]:
    """How many jobs there were, and which were run, taken from the store, or failed."""
    names = [(f"{job.backend}/{job.leg}", job) for job in records]
    return {
        "count": len(names),
        "cache_hits": [name for name, job in names if job.cached],
        "failed": [name for name, job in names if job.status == "failed"],
        "seconds": {name: job.seconds for name, job in names},
        "keys": {name: job.key for name, job in names},
    }
