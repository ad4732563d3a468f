"""The graft leg: every stage of this side alone, computed from the stages of the other.

A stage that agrees here but not in the whole forward pass was given wrong input; one that differs here is wrong itself.
Fills `graft/`: `stages.npz`, float64, and `problems.json` with the stages that could not be computed and why; and
`slope.npz`, the gradient of this side's loss for the other side's outputs, in which the network has no part.
"""

from pathlib import Path

from harness import layout
from harness.arrays import Array, Precision, Weights
from harness.files import read_json, read_npz, write_json, write_npz
from harness.ports.protocol import SHARED_WEIGHTS, Batch, Port
from harness.run.job import Job
from harness.run.legs.common import create, lacks, source_of, weights_of_other, write_missing

PRECISION: Precision = "float64"
NEEDED = ("stage", "slope")


def run(job: Job) -> None:
    """Compute each stage of this side from the other side's stages before it, and write `graft/`."""
    folder, other = job.output / layout.GRAFT, source_of(job)
    stages = other / layout.stages(PRECISION)
    if not stages.is_file():
        reasons = read_json(other / layout.MISSING)  # a side that leaves neither has broken its contract
        write_missing(folder, {"stage": f"the other side left no {stages.name}: {'; '.join(reasons.values())}"})
        return
    port = create(job, PRECISION)
    absent = lacks(job, folder, port, (SHARED_WEIGHTS, *NEEDED))
    if SHARED_WEIGHTS in absent or absent >= {*NEEDED}:
        return
    port.set_weights(weights_of_other(job, port, read_npz(other / layout.FIRST_WEIGHTS)))
    batch, known = Batch(**read_npz(other / layout.BATCH)), read_npz(stages)
    if "stage" not in absent:
        _stages(folder, port, known, batch)
    if "slope" not in absent:
        _slope(job, folder, port, known, batch)


def _stages(folder: Path, port: Port, known: Weights, batch: Batch) -> None:
    grafted: dict[str, Array] = {}
    problems: dict[str, str] = {}
    for name in [stage.name for stage in port.contract.stages if stage.exposed]:
        try:
            grafted[name] = port.stage(name, known, batch)
        except (
            Exception
        ) as error:  # whatever a framework says of a stage that does not fit is a finding about that stage
            problems[name] = f"{type(error).__name__}: {error}"
    write_npz(folder / layout.GRAFTED_STAGES, **grafted)
    write_json(folder / layout.PROBLEMS, problems)


def _slope(job: Job, folder: Path, port: Port, known: Weights, batch: Batch) -> None:
    """The slope of the loss at the other side's outputs; where the loss does not take them, the reason."""
    try:
        write_npz(folder / layout.SLOPE, **port.slope(known, batch))
    except Exception as error:  # the other side's output may have a shape that this loss does not take
        reason = f"the loss of {job.backend} does not take the other side's output: {type(error).__name__}: {error}"
        before = read_json(folder / layout.MISSING) if (folder / layout.MISSING).is_file() else {}
        write_missing(folder, {**before, "slope": reason})
