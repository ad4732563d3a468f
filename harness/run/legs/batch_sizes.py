"""The first group of the training in batches of several sizes: what is returned for it must not depend on the others.

A port may return fewer groups than it was given, or mix them, from some number of images on. A call outside a compiled
graph can hide that, so the side is asked as training and inference ask it.
"""

from pathlib import Path

import numpy as np

from harness import layout
from harness.arrays import Array, Weights
from harness.dataset.grouped import NOTHING, GroupedData
from harness.ports.feed import batch_of
from harness.ports.protocol import OUTPUTS, Batch, Port
from harness.records.batch_sizes import BatchSizes
from harness.run.job import Job
from harness.run.legs.common import setup_of, truth_of

IMAGES = 64
"""The largest batch has more images, groups times channels, than this."""


def write_batch_sizes(job: Job, folder: Path, port: Port) -> None:
    """Ask a port for its first group in a batch of one, of the training's size and of a large one."""
    data, scale = GroupedData.load(job.dataset / layout.TRAIN), setup_of(job, "float32").intensity_scale
    sizes = [1, job.scenario.training.batch_size, IMAGES // data.groups.shape[1] + 1]
    rows = [np.resize(data.batches[data.batches != NOTHING], size) for size in sizes]
    answers = [_answer(port, batch_of(data, chosen, scale, truth_of(job))) for chosen in rows]
    alone = answers[0][0]
    BatchSizes(
        sizes=sizes,
        returned=[min(map(len, answer.values()), default=0) for answer, _ in answers],
        differences=[_largest(answer, alone) for answer, _ in answers],
        problems=[problem for _, problem in answers],
    ).write(folder / layout.BATCH_SIZES)


def _answer(port: Port, batch: Batch) -> tuple[Weights, str]:
    """What the port returns for a batch, every output of its network if it can, and what it said when it failed."""
    try:
        if OUTPUTS in port.capabilities:
            return port.outputs(batch), ""  # type: ignore[attr-defined]
        if "predict" in port.capabilities:
            return {"patches": port.predict(batch)}, ""
        name, value = list(port.stages(batch).items())[-1]
        return {name: value}, ""
    except Exception as error:  # whatever a framework says of a size is a finding about that size
        return {}, f"{type(error).__name__}: {error}"


def _largest(answer: Weights, alone: Weights) -> float | None:
    """The largest difference of an output; None where there is nothing to compare."""
    found = [_difference(value, alone[name]) for name, value in answer.items() if name in alone]
    return max((value for value in found if value is not None), default=None)


def _difference(answer: Array, alone: Array) -> float | None:
    if not len(answer) or not len(alone) or answer.shape[1:] != alone.shape[1:]:
        return None
    largest = float(np.abs(alone[0]).max())
    return float(np.abs(answer[0] - alone[0]).max()) / largest if largest else None
