"""The training leg: the same first weights and the same batches for both sides; history, timing and the bundle."""

import math
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from harness.backends.feed import FedBatches
from harness.backends.network import initial_weights
from harness.backends.protocol import Backend, EpochReport, Setup, Weights
from harness.dataset.grouped import GroupedData
from harness.files import digest, read_json, sha256, write_atomic, write_json
from harness.run.job import Job
from harness.run.legs.common import Progress, create, lacks, setup_of


def run(job: Job) -> None:
    """Fill `train_outputs/` and `bundle/`. A loss that is not finite does not stop the training: it is evidence."""
    precision = job.scenario.training.precision
    folder, setup = job.output / "train_outputs", setup_of(job, precision)
    backend = create(job, precision)
    if lacks(job, folder, backend, ("train",)):
        return
    if "stages" in backend.capabilities:  # its network is the canonical one, so it takes the common start
        backend.set_weights(initial_weights(job.scenario, setup.intensity_scale))
    initial = intensity_scale(backend.weights())
    seconds = _fit(job, folder, backend, setup)
    weights = backend.weights()
    _write_timing(folder, seconds, weights)
    _write_bundle(job, setup, weights, initial)


def _fit(job: Job, folder: Path, backend: Backend, setup: Setup) -> float:
    """Train, writing the history anew after every epoch; returns the seconds that it took."""
    epochs = job.scenario.training.epochs
    batches = FedBatches(GroupedData.load(job.dataset / "train.npz"), epochs, setup.intensity_scale)
    progress = Progress(job, epochs)
    progress.tell(0, 0)
    history: list[dict[str, Any]] = []

    def report(epoch: EpochReport) -> None:
        history.append({"epoch": epoch.epoch, "step": epoch.step, "metrics": dict(epoch.metrics)})
        write_json(folder / "history.json", {"epochs": history})
        progress.tell(len(history), epoch.step, epoch.metrics.get("loss"))

    started = time.monotonic()
    backend.train(batches, report)
    return time.monotonic() - started


def _write_timing(folder: Path, seconds: float, weights: Weights) -> None:
    epochs = read_json(folder / "history.json")["epochs"]
    steps = epochs[-1]["step"]
    timing = {
        "train_seconds": seconds,
        "steps": steps,
        "ms_per_step": 1e3 * seconds / steps,
        "peak_rss_mb": peak_rss_mb(),
        "parameters": int(sum(array.size for array in weights.values())),
    }
    write_json(folder / "timing.json", timing)


def _write_bundle(job: Job, setup: Setup, weights: Weights, initial: float | None) -> None:
    """Weights and everything else that is needed to infer with them, in either backend."""
    folder = job.output / "bundle"
    whole = {name: np.asarray(array, order="C") for name, array in weights.items()}
    write_atomic(folder / "weights.safetensors", lambda path: save_file(whole, path))
    facts = read_json(job.dataset / "setup.json")
    params = {
        "backend": job.backend,
        "precision": setup.precision,
        "N": job.scenario.dataset.N,
        "gridsize": job.scenario.grouping.gridsize,
        "padded_size": setup.padded_size,
        "object_amplitude": setup.object_amplitude,
        "nphotons": setup.nphotons,
        "intensity_scale": {
            "initial": initial,
            "final": intensity_scale(weights),
            "closed_form": facts["intensity_scale_closed_form"],
            "trainable": job.scenario.model.scale_trainable,
        },
        "probe_sha256": sha256(job.dataset / "probe.npy"),
        "scenario_sha256": digest(job.scenario.model_dump(mode="json")),
    }
    write_json(folder / "params.json", params)


def intensity_scale(weights: Weights) -> float | None:
    """`exp(log_scale)` of the weights; None where a model has no such parameter."""
    return math.exp(float(weights["log_scale"])) if "log_scale" in weights else None


def peak_rss_mb() -> float:
    """Largest resident memory of this process so far, MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
