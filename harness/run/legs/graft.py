"""The graft leg: every stage of this side alone, computed from the stages of the other.

A stage that agrees here but not in the whole forward pass was given wrong input; one that differs here is wrong itself.
Fills `graft/`: `stages.npz`, float64, and `problems.json` with the stages that could not be computed and why.
"""

from harness import layout
from harness.arrays import Array, Precision
from harness.files import read_json, read_npz, write_json, write_npz
from harness.ports.protocol import SHARED_WEIGHTS, Batch
from harness.run.job import Job
from harness.run.legs.common import create, lacks, source_of, write_missing

PRECISION: Precision = "float64"


def run(job: Job) -> None:
    """Compute each stage of this side from the other side's stages before it, and write `graft/`."""
    folder, other = job.output / layout.GRAFT, source_of(job)
    stages = other / layout.stages(PRECISION)
    if not stages.is_file():
        reasons = read_json(other / layout.MISSING)  # a side that leaves neither has broken its contract
        write_missing(folder, {"stage": f"the other side left no {stages.name}: {'; '.join(reasons.values())}"})
        return
    port = create(job, PRECISION)
    if lacks(job, folder, port, (SHARED_WEIGHTS, "stage")):
        return
    port.set_weights(read_npz(other / layout.FIRST_WEIGHTS))
    batch, known = Batch(**read_npz(other / layout.BATCH)), read_npz(stages)
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
