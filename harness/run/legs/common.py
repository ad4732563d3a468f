"""What all legs share: building the port from the dataset folder, `missing.json`, and progress lines."""

import json
import shutil
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import numpy as np

from harness import layout
from harness.arrays import PRECISIONS, Array, Precision, Weights
from harness.dataset.truth import Truth
from harness.errors import HarnessError
from harness.files import write_json
from harness.networks import network as networks
from harness.networks import registry
from harness.ports.mapping import PairMapping
from harness.ports.protocol import MASK, SEEN, Port, Setup
from harness.ports.renamed import RenamedPort
from harness.records.setup import DatasetSetup
from harness.run.job import Job
from harness.run.legs.halves import half


def setup_of(job: Job, precision: Precision, random_layers: bool = True) -> Setup:
    """What the port of a job is built from, read from the dataset folder."""
    facts = DatasetSetup.read(job.dataset / layout.SETUP)
    return Setup(
        scenario=job.scenario,
        probe=np.load(job.dataset / layout.PROBE, allow_pickle=False),
        padded_size=facts.padded_size,
        nphotons=facts.nphotons,
        intensity_scale=facts.intensity_scale,
        object_amplitude=facts.object_amplitude,
        precision=precision,
        device="gpu" if job.device == "gpu" else "cpu",
        mask=mask_of(job),
        random_layers=random_layers,
        home=job.home,
        upstream=job.upstream,
        patterns=partial(half, job, "train") if job.home else None,
    )


def mask_of(job: Job) -> Array | None:
    """The mask (N, N) bool of the detector, True on the pixels that count; None where all do."""
    path = job.dataset / layout.MASK
    return np.load(path, allow_pickle=False) if path.is_file() else None


def truth_of(job: Job) -> Truth | None:
    """What a user's pair may be trained on beside the patterns: the object, where the data has one."""
    return None if job.scenario.sides is None else Truth.load(job.dataset)


def create(job: Job, precision: Precision, random_layers: bool = True) -> Port:
    """The job's port; raises HarnessError when its framework is not installed."""
    port = registry.create(job.backend, setup_of(job, precision, random_layers))
    return port if job.mapping is None else RenamedPort(port, PairMapping.model_validate(job.mapping))


def precisions(job: Job) -> tuple[Precision, ...]:
    """The precisions in which the job's side has to be asked: float32 alone where it computes in nothing else."""
    return ("float32",) if job.scenario.in_float32_alone(job.backend) else PRECISIONS


def repeat_as_float64(job: Job, folder: Path) -> None:
    """Leave what was computed in float32 for float64 as well, where the side would compute the same once more."""
    if precisions(job) == PRECISIONS:
        return
    for path in folder.glob("*_float32.*"):
        shutil.copyfile(path, path.with_name(path.name.replace("_float32.", "_float64.")))


def shared_start(job: Job, port: Port) -> Weights:
    """The weights that both sides start from, under the names of the port's contract; constants are the port's own."""
    start = networks.named(job.scenario.network).initial_weights(setup_of(job, "float32"), port.contract)
    held = port.weights() if port.contract.constants else {}
    return {**start, **{name: held[name] for name in port.contract.constants}}


def weights_of_other(job: Job, port: Port, weights: Weights) -> Weights:
    """The other side's weights for this side's port.

    Its constants, what it alone has, and what the other side has in another shape are as they start.
    """
    shapes = {name: shape for name, shape in port.contract.shapes.items() if name not in port.contract.constants}
    shared = {name: value for name, value in weights.items() if value.shape == shapes.get(name)}
    return {name: shared.get(name, own) for name, own in shared_start(job, port).items()}


HINTS = {
    SEEN: " (optional: give its port `seen`, and its own workflow is judged, too)",
    "predict": " (a port on the toolkits needs `patches` for it)",
    MASK: " (leave out the detector pixels that do not count, which this data has; `masked` of a port on the toolkits, "
    "'mask' among the capabilities of any other)",
}
"""What makes a port capable of what it is most often asked for in vain."""


def lacks(job: Job, folder: Path, port: Port, needed: Iterable[str]) -> frozenset[str]:
    """The capabilities of `needed` that a port lacks; written, with the reason, to `missing.json` in `folder`.

    A port that knows no masks is asked for nothing where the data has one: it lacks all of them, for that reason.
    """
    if mask_of(job) is not None and MASK not in port.capabilities:
        write_missing(folder, {MASK: f"{job.backend} cannot do {MASK!r}{HINTS[MASK]}"})
        return frozenset(needed) | {MASK}
    absent = frozenset(needed) - port.capabilities
    if absent:
        write_missing(
            folder, {name: f"{job.backend} cannot do {name!r}{HINTS.get(name, '')}" for name in sorted(absent)}
        )
    return absent


def write_missing(folder: Path, reasons: dict[str, str]) -> None:
    """Write `missing.json`, capability to reason: a rung that needs the files of the leg is inconclusive, not red."""
    write_json(folder / layout.MISSING, reasons)


class Enough(Exception):  # noqa: N818 - no error: it ends a training from within its report
    """What was asked of a training has been seen."""


class Progress:
    """Appends one JSON line an epoch to the progress file of a job, which the session shows while it waits."""

    def __init__(self, job: Job, epochs: int | None = None, unit: str = "epoch") -> None:
        """Start the clock; `epochs`: number of epochs of a training, or of what `unit` names; None for other legs."""
        self._path = job.progress
        self._epochs, self._unit = epochs, unit
        self._fixed = {"case": job.case, "backend": job.backend, "leg": job.leg}
        self._started = time.monotonic()

    def report(self, epoch: int | None = None, step: int | None = None, loss: float | None = None) -> None:
        """Add a line: epochs and steps done, the epoch's loss, seconds elapsed and, while training, left."""
        if self._path is None:
            return
        elapsed = time.monotonic() - self._started
        left = elapsed / epoch * (self._epochs - epoch) if epoch and self._epochs else None
        line = {
            **self._fixed,
            "epoch": epoch,
            "epochs": self._epochs,
            "unit": self._unit,
            "step": step,
            "loss": loss if loss is not None and np.isfinite(loss) else None,
            "elapsed": round(elapsed, 2),
            "left": None if left is None else round(left, 2),
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line) + "\n")


def source_of(job: Job) -> Path:
    """Folder that another job left and this one starts from; raises HarnessError when the job names none."""
    if job.source is None:
        raise HarnessError(f"{job.backend} {job.leg}: the job names no source; it needs what another job left.")
    return job.source
