"""The training leg: from the first weights and on the batches that both sides share, to history, timing and bundle."""

import math
import resource
import sys
import time
from pathlib import Path
from typing import cast

import numpy as np
from safetensors.numpy import save_file

from harness import layout
from harness.arrays import Array, Weights, fingerprints
from harness.dataset.grouped import GroupedData
from harness.files import digest, sha256, write_atomic, write_json
from harness.ports.feed import FedBatches
from harness.ports.protocol import FIT, SHARED_WEIGHTS, EpochReport, OwnWorkflow, Port, Setup
from harness.records.history import Epoch, History
from harness.records.params import BundleParams, TrainedScale
from harness.records.setup import DatasetSetup
from harness.run.job import Job
from harness.run.legs.common import Progress, create, lacks, setup_of, shared_start, truth_of
from harness.run.legs.halves import half


def run(job: Job) -> None:
    """Train and fill `train_outputs/` and `bundle/`; a loss that is not finite is evidence and does not stop it."""
    precision = job.scenario.training.precision
    folder, setup = job.output / layout.TRAIN_OUTPUTS, setup_of(job, precision)
    port = create(job, precision)
    port.contract.write(folder)
    if lacks(job, folder, port, () if FIT in port.capabilities else ("train",)):
        return
    if SHARED_WEIGHTS in port.capabilities:
        port.set_weights(shared_start(job, port))
    initial = intensity_scale(port)
    seconds, own = _fit(job, folder, port, setup)
    weights = port.weights()
    write_json(folder / layout.TRAINED, fingerprints(weights))
    _write_timing(folder, seconds, weights)
    _write_bundle(job, setup, port, weights, (initial, intensity_scale(port) if own is None else own))


def _fit(job: Job, folder: Path, port: Port, setup: Setup) -> tuple[float, float | None]:
    """Train, and rewrite `history.json` after every epoch.

    Returns:
        The seconds that it took, and the scale that a loop of the port's own left beside the weights.
    """
    epochs = job.scenario.training.epochs
    batches = FedBatches(GroupedData.load(job.dataset / layout.TRAIN), epochs, setup.intensity_scale, truth_of(job))
    progress = Progress(job, epochs)
    progress.report(0, 0)
    history: list[Epoch] = []

    def report(epoch: EpochReport) -> None:
        history.append(Epoch(epoch=epoch.epoch, step=epoch.step, metrics=dict(epoch.metrics)))
        History(epochs=tuple(history)).write(folder / layout.HISTORY)
        progress.report(len(history), epoch.step, epoch.metrics.get("loss"))

    started, scale = time.monotonic(), None
    if FIT in port.capabilities:
        own = job.output / layout.OWN_LOOP
        own.mkdir()
        scale = cast("OwnWorkflow", port).fit(half(job, "train"), own, report)
    else:
        port.train(batches, report)
    return time.monotonic() - started, scale


def _write_timing(folder: Path, seconds: float, weights: Weights) -> None:
    steps = History.read(folder / layout.HISTORY).epochs[-1].step
    timing = {
        "train_seconds": seconds,
        "steps": steps,
        "ms_per_step": 1e3 * seconds / steps if steps else None,
        "peak_rss_mb": peak_rss_mb(),
        "parameters": int(sum(array.size for array in weights.values())),
    }
    write_json(folder / layout.TIMING, timing)


def _write_bundle(
    job: Job, setup: Setup, port: Port, weights: Weights, scales: tuple[float | None, float | None]
) -> None:
    """Write `bundle/`: the weights and all else that either port needs to infer with them.

    `scales`: the intensity scale before and after the training.
    """
    folder, scale = job.output / layout.BUNDLE, port.contract.scale
    whole = {name: _storable(array) for name, array in weights.items()}
    write_atomic(folder / layout.WEIGHTS, lambda path: save_file(whole, path))
    facts = DatasetSetup.read(job.dataset / layout.SETUP)
    BundleParams(
        backend=job.backend,
        shared_weights=SHARED_WEIGHTS in port.capabilities,
        precision=setup.precision,
        N=job.scenario.dataset.N,
        gridsize=job.scenario.grouping.gridsize,
        padded_size=setup.padded_size,
        object_amplitude=setup.object_amplitude,
        nphotons=setup.nphotons,
        intensity_scale=TrainedScale(
            initial=scales[0],
            final=scales[1],
            closed_form=facts.intensity_scale_closed_form,
            trainable=scale is not None and scale.trained,
        ),
        probe_sha256=sha256(job.dataset / layout.PROBE),
        scenario_sha256=digest(job.scenario.model_dump(mode="json")),
    ).write(folder / layout.PARAMS)


def _storable(array: Array) -> Array:
    """In C order; complex values in complex64, the only complex type of safetensors."""
    return np.asarray(array, np.complex64 if np.iscomplexobj(array) else array.dtype, order="C")


def intensity_scale(port: Port) -> float | None:
    """The intensity scale of a port's weights; None where its network has none, or the port does not hold it."""
    scale, weights = port.contract.scale, port.weights()
    return math.exp(float(weights[scale.weight])) if scale is not None and scale.weight in weights else None


def peak_rss_mb() -> float:
    """Largest resident memory of this process so far, MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
