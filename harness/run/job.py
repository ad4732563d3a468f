"""A job: one leg of one backend, as a file that a worker process reads.

A job holds everything that its leg may use; the scenario in it is reduced to the parts on which the leg's
result depends (`harness.run.keys`), so nothing that is absent from the key can change the result.
Runs in the workers too.
"""

import json
import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, SerializeAsAny, ValidationError

from harness.errors import HarnessError
from harness.scenario.networks import names, scenario_of
from harness.scenario.schema import Scenario

PATHS = ("dataset", "output", "source", "progress", "home", "upstream")


def _resolved(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value.get("network") not in names():
        raise ValueError("names no network of the harness")
    return scenario_of(value)


class Job(BaseModel):
    """Contents of a job file: which leg a worker runs, from which files, and where it writes.

    Not a `Record`, whose module imports NumPy: the environment has to be set before that.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    case: str
    backend: str
    leg: str
    """A leg of `harness.run.plan.LEGS`, or `reference`."""
    scenario: Annotated[SerializeAsAny[Scenario], BeforeValidator(_resolved)]
    dataset: Path
    """Dataset folder; of a reference reconstruction, the NPZ that it starts from (amplitude, x, y, probe)."""
    output: Path
    """Folder that the leg fills; its files are copied to `<case>/<backend>/` of the hub."""
    device: str
    """`cpu` or `gpu`."""
    environment: dict[str, str]
    """Environment variables that the worker sets before it imports the framework."""
    source: Path | None = None
    """Folder that another job left and this one starts from: a `bundle` to infer with, a `lockstep` to graft on."""
    progress: Path | None = None
    """File to which the leg appends one JSON line an epoch."""
    patch_stats: int = 0
    """Number of training batches, and of inference groups, whose patches are listed one by one."""
    iterations: int = 0
    """Sweeps of a reference reconstruction."""
    home: Path | None = None
    """Of a user's pair: the folder of the scenario's file, where factories are looked for."""
    upstream: Path | None = None
    """Of a user's pair: the checkout of the repository that it imports."""
    mapping: dict[str, dict[str, str]] | None = None
    """Of a user's pair: the names under which the candidate's weights, layers and stages go."""
    fault: str | None = None
    """An injected fault, `ID` or `ID=SIZE`, which `harness.faults.worker` alone reads."""


def write_job(path: Path, job: Job) -> None:
    """Write a job file; its paths are relative to the folder of the file, so the two can move together.

    What has its default is left out, so that a worker of another revision is told of no field that it need not know.
    """
    defaults = {name: field.default for name, field in Job.model_fields.items()}
    fields = {
        name: value for name, value in job.model_dump(mode="json").items() if getattr(job, name) != defaults[name]
    }
    for name in PATHS:
        if (target := getattr(job, name)) is not None:
            fields[name] = Path(os.path.relpath(target, path.parent)).as_posix()
    path.write_text(json.dumps(fields, indent=2) + "\n", encoding="utf-8")


def read_job(path: Path) -> Job:
    """Read a job file; raises HarnessError when it is missing or not one."""
    try:
        job = Job.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise HarnessError(f"{path}: is not a job file ({_reason(error)}); jobs are written by the harness.") from error
    return job.model_copy(update={name: path.parent / getattr(job, name) for name in PATHS if getattr(job, name)})


def _reason(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc'])) or 'the whole'}: {first['msg']}"
