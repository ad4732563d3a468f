"""The lock-step leg: forward pass and losses of the first training batch, on initial weights that both sides share."""

from pathlib import Path

from harness.backends.feed import batch_of
from harness.backends.network import initial_weights
from harness.backends.protocol import Batch, Precision, Weights
from harness.dataset.grouped import GroupedData
from harness.files import write_json, write_npz
from harness.run.job import Job
from harness.run.legs.common import Progress, create, lacks, setup_of

PRECISIONS: tuple[Precision, ...] = ("float32", "float64")


def run(job: Job) -> None:
    """Fill `lockstep/`: stages and losses in both precisions, what was fed, and what the backend says of itself."""
    progress = Progress(job)
    progress.tell()
    folder = job.output / "lockstep"
    scale = setup_of(job, "float32").intensity_scale
    data = GroupedData.load(job.dataset / "train.npz")
    batch = batch_of(data, data.batches[0], scale)
    weights = initial_weights(job.scenario, scale)
    write_npz(folder / "batch.npz", amplitude=batch.amplitude, relative=batch.relative)
    write_npz(folder / "weights.npz", **weights)
    for precision in PRECISIONS:
        _forward(job, folder, precision, batch, weights)
    progress.tell()


def _forward(job: Job, folder: Path, precision: Precision, batch: Batch, weights: Weights) -> None:
    backend = create(job, precision)
    offers = {"capabilities": sorted(backend.capabilities), "stage_names": backend.stage_names}
    write_json(folder / "facts.json", {**backend.facts(), **offers})
    absent = lacks(job, folder, backend, ("stages", "losses"))
    if len(absent) == 2:
        return
    backend.set_weights(weights)
    if "stages" not in absent:
        write_npz(folder / f"stages_{precision}.npz", **backend.stages(batch))
    if "losses" not in absent:
        write_json(folder / f"losses_{precision}.json", backend.losses(batch))
