"""A job: one leg of one backend, as a file that a worker process reads.

Everything that a leg may use stands in the job; the scenario in it is reduced to the parts on which the leg's
result depends (`harness.run.keys`), so nothing that is absent from the key can change the result.
Runs in the workers too.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import HarnessError
from harness.scenario.networks import scenario_of
from harness.scenario.schema import Scenario

PATHS = ("dataset", "output", "source", "progress")


@dataclass(frozen=True)
class Job:
    """What a worker is told."""

    case: str
    backend: str
    leg: str
    """A leg of `harness.run.plan.LEGS`, or `reference`."""
    scenario: Scenario
    dataset: Path
    """Dataset folder; of a reference reconstruction, the NPZ that it starts from (amplitude, x, y, probe)."""
    output: Path
    """Folder to fill; what stands in it goes to `<case>/<backend>/` of the hub."""
    device: str
    """`cpu` or `gpu`."""
    environment: dict[str, str]
    """Environment variables that matter: set before the framework is imported."""
    source: Path | None = None
    """Folder that another job left and this one uses: a `bundle` to infer with, a `lockstep` to graft on."""
    progress: Path | None = None
    """File that gets one JSON line an epoch."""
    patch_stats: int = 0
    """First K training batches and inference groups whose patches are listed one by one."""
    iterations: int = 0
    """Sweeps of a reference reconstruction."""
    fault: str | None = None
    """A injected fault, `ID` or `ID=SIZE`, which `harness.faults.worker` alone heeds."""


def write_job(path: Path, job: Job) -> None:
    """Write a job file; its paths are relative to the folder of the file, so the two can move together."""
    fields: dict[str, Any] = {**vars(job), "scenario": job.scenario.model_dump(mode="json")}
    for name in PATHS:
        if fields[name] is not None:
            fields[name] = Path(os.path.relpath(fields[name], path.parent)).as_posix()
    path.write_text(json.dumps(fields, indent=2) + "\n", encoding="utf-8")


def read_fields(path: Path) -> dict[str, Any]:
    """The fields of a job file as JSON has them; raises HarnessError when it is none."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise HarnessError(f"{path}: is not a job file ({error}); jobs are written by the harness.") from error
    if not isinstance(fields, dict) or set(fields) != set(Job.__dataclass_fields__):
        raise HarnessError(f"{path}: is not a job file; expected the fields {', '.join(Job.__dataclass_fields__)}.")
    return fields


def read_job(path: Path) -> Job:
    """Read a job file; raises HarnessError when it is none."""
    fields = read_fields(path)
    for name in PATHS:
        if fields[name] is not None:
            fields[name] = path.parent / fields[name]
    fields["scenario"] = scenario_of(fields["scenario"])
    return Job(**fields)
