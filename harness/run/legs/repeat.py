"""The repeat leg: one pass and one step of training once more, in a process that did nothing before.

A side that is not the same a second time, from the same weights and batch, draws random numbers, keeps something
between calls, or sums in an order that changes: what it differs by from itself is no difference of the other side.
Fills `repeat/`, in the last precision of the side, with files as the lock-step and the trajectory leave them:
`stages_<precision>.npz` (of each stage a sample) and `first_<precision>.npz`, whose moments follow from the gradients.
"""

from pathlib import Path

from harness import layout
from harness.arrays import Weights
from harness.dataset.grouped import GroupedData
from harness.files import write_npz
from harness.ports.protocol import SHARED_WEIGHTS, EpochReport, Port
from harness.run.job import Job
from harness.run.legs.common import (
    Enough,
    create,
    lacks,
    precisions,
    repeat_as_float64,
    setup_of,
    shared_start,
    truth_of,
    write_missing,
)
from harness.run.legs.distances import sample
from harness.run.legs.trajectory import FirstBatches, at_lockstep_rate


def run(job: Job) -> None:
    """Repeat the pass and the step, and write `repeat/`; what the side cannot do is left out."""
    job = job.model_copy(update={"scenario": at_lockstep_rate(job.scenario)})
    folder, precision = job.output / layout.REPEAT, precisions(job)[-1]
    port = create(job, precision, random_layers=False)
    absent = lacks(job, folder, port, (SHARED_WEIGHTS, "stages", "train"))
    if SHARED_WEIGHTS in absent:
        return
    start, scale = shared_start(job, port), setup_of(job, precision).intensity_scale
    data, steps = GroupedData.load(job.dataset / layout.TRAIN), job.scenario.lockstep.steps
    batches = FirstBatches(data, scale, steps, truth=truth_of(job))
    port.set_weights(start)
    if "stages" not in absent:
        write_npz(folder / layout.stages(precision), **sample(port.stages(batches.batch(0))))
    if "train" not in absent:
        _first_step(folder / layout.first(precision), port, batches, start)
    repeat_as_float64(job, folder)


def _first_step(path: Path, port: Port, batches: FirstBatches, start: Weights) -> None:
    """Write what is held after the first of the same steps as those of the trajectory."""

    def report(_: EpochReport) -> None:
        weights = port.weights()  # in the order in which the trajectory reads them
        state = port.optimiser_state() if "optimiser_state" in port.capabilities else {}
        write_npz(path, **weights, **state)
        raise Enough

    port.set_weights(start)
    try:
        port.train(batches, report)
    except Enough:
        pass
    except Exception as error:  # the trajectory fails alike, and its rungs say so; the stages are told apart from it
        write_missing(path.parent, {"train": f"the step failed: {type(error).__name__}: {error}"})
