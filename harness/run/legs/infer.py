"""The inference leg: patches of the test groups from a bundle, synchronised, stitched and described.

The exchange leg is the same with the bundle of the other side.
"""

import time
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

from harness.backends.feed import batch_of
from harness.backends.network import predicted_size
from harness.backends.protocol import Array, Backend
from harness.dataset.grouped import GroupedData
from harness.errors import HarnessError
from harness.files import read_json, write_json, write_npy, write_npz
from harness.physics.canvas import loss_fraction, required_size
from harness.run.job import Job
from harness.run.legs.common import MISSING, Progress, create, lacks, setup_of, source_of, write_missing
from harness.run.legs.placing import Placed, illumination, place
from harness.run.legs.statistics import central, listing, summary
from harness.run.legs.train import intensity_scale, peak_rss_mb

FOLDERS = {"infer": "inference_outputs", "exchange": "exchange"}


def run(job: Job) -> None:
    """Fill `inference_outputs/` or `exchange/`."""
    folder, bundle = job.output / FOLDERS[job.leg], source_of(job)
    progress = Progress(job)
    progress.tell()
    if not (bundle / "weights.safetensors").is_file():
        _without_weights(folder, bundle)
        return
    backend = create(job, job.scenario.training.precision)
    if lacks(job, folder, backend, ("predict", "stitch")):
        return
    backend.set_weights(load_file(bundle / "weights.safetensors"))
    started = time.monotonic()
    data = GroupedData.load(job.dataset / "test.npz")
    patches = _predict(job, backend, data, np.arange(len(data.groups)))
    placed = place(job, data, patches)
    canvas, coverage = _stitch(job, backend, placed)
    seconds = time.monotonic() - started
    _write_pictures(folder, canvas, coverage)
    _write_patches(folder, data, placed)
    write_json(folder / "canvas.json", _canvas_facts(job, placed, len(canvas)))
    write_json(folder / "patch_stats.json", _patch_stats(job, backend, placed))
    write_json(folder / "stats.json", _stats(job, backend, bundle, seconds, placed))
    progress.tell()


def _without_weights(folder: Path, bundle: Path) -> None:
    """The side that should have trained cannot, or failed to."""
    reasons = bundle.parent / "train_outputs" / MISSING
    if not reasons.is_file():
        raise HarnessError("there are no trained weights to infer with: the training that leaves them failed.")
    write_missing(folder, read_json(reasons))


def _predict(job: Job, backend: Backend, data: GroupedData, rows: Array) -> Array:
    """Patches (G, N, N, C) of groups, a batch of the training's size at a time."""
    scale, size = setup_of(job, job.scenario.training.precision).intensity_scale, job.scenario.training.batch_size
    chunks = [rows[first : first + size] for first in range(0, len(rows), size)]
    return np.concatenate([backend.predict(batch_of(data, chunk, scale)) for chunk in chunks])


def _stitch(job: Job, backend: Backend, placed: Placed) -> tuple[Array, Array]:
    inference = job.scenario.inference
    side = inference.reassemble_m
    weight = np.ones((side, side)) if inference.weighting == "uniform" else central(illumination(job), side)
    size = int(read_json(job.dataset / "setup.json")["canvas_size"])
    return backend.stitch(central(placed.patches, side), placed.positions, weight, size)


def _write_pictures(folder: Path, canvas: Array, coverage: Array) -> None:
    write_npy(folder / "amplitude.npy", np.abs(canvas))
    write_npy(folder / "phase.npy", np.angle(canvas))
    write_npy(folder / "coverage.npy", coverage)


def _write_patches(folder: Path, data: GroupedData, placed: Placed) -> None:
    """Patches as they were placed, which of them are twins of what was predicted, and the phases that were added."""
    count, channels = data.groups.shape
    patches = np.moveaxis(placed.patches.reshape(count, channels, *placed.patches.shape[1:]), 1, -1)
    positions = placed.positions.reshape(count, channels, 2)
    write_npz(
        folder / "patches.npz",
        patches=patches.astype(np.complex64),
        groups=data.groups,
        positions=positions,
        flips=placed.flips,
        phases=placed.phases,
    )
    offsets = {"unit": "pixels", "order": ["x", "y"], "centre": placed.centre, "positions": positions}
    write_json(folder / "offsets.json", {**offsets, "group_centres": data.offsets[:, 0, :, 0]})


def _canvas_facts(job: Job, placed: Placed, size: int) -> dict[str, Any]:
    N = job.scenario.dataset.N
    required = required_size(N, placed.positions)
    return {
        "size": size,
        "required": required,
        "fits_canvas": size >= required,
        "max_abs_offset": np.abs(placed.positions).max(),
        "loss_fraction": loss_fraction(placed.positions, N, size),
        "centre_x": placed.centre[0],
        "centre_y": placed.centre[1],
        "reassemble_m": job.scenario.inference.reassemble_m,
        "weighting": job.scenario.inference.weighting,
    }


def _patch_stats(job: Job, backend: Backend, placed: Placed) -> dict[str, Any]:
    """Figures over the predicted region of every patch; one by one for the first groups and batches when asked."""
    side = predicted_size(job.scenario)
    inside = central(placed.patches, side)
    stats = {"region": side, "amplitude": summary(np.abs(inside)), "phase": summary(np.angle(inside))}
    if job.patch_stats:
        channels = job.scenario.grouping.gridsize**2
        first = placed.patches[: job.patch_stats * channels]
        groups = np.moveaxis(first.reshape(-1, channels, *first.shape[1:]), 1, -1)
        stats["inference_groups"] = listing(groups, side)
        stats["training_batches"] = _training_listing(job, backend, side)
    return stats


def _training_listing(job: Job, backend: Backend, side: int) -> list[list[dict[str, Any]]]:
    data = GroupedData.load(job.dataset / "train.npz")
    return [listing(_predict(job, backend, data, rows), side) for rows in data.batches[: job.patch_stats]]


def _stats(job: Job, backend: Backend, bundle: Path, seconds: float, placed: Placed) -> dict[str, Any]:
    restored = intensity_scale(backend.weights())
    trained_by = read_json(bundle / "params.json")["backend"]
    closed_form = read_json(job.dataset / "setup.json")["intensity_scale_closed_form"]
    return {
        "infer_seconds": seconds,
        "intensity_scale_restored": closed_form if restored is None else restored,
        "intensity_scale_source": "closed form: the model has none" if restored is None else "bundle",
        "weights_trained_by": trained_by,
        "synchronised": bool(np.any(placed.phases != 0)),
        "twins": placed.twins,
        "peak_rss_mb": peak_rss_mb(),
        "facts": backend.facts(),
    }
