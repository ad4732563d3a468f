"""The inference leg: patches of the test groups from a bundle, synchronised, stitched and described.

What a port predicts but does not stitch, the harness stitches by its own formulas. The exchange leg is the same with
the bundle of the other side.
"""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import numpy as np
from safetensors.numpy import load_file

from harness import layout
from harness.arrays import Array, fingerprints, in_precision
from harness.dataset.grouped import GroupedData
from harness.errors import HarnessError
from harness.files import read_json, write_json, write_npy, write_npz
from harness.networks.network import named
from harness.physics import canvas as physics_canvas
from harness.physics.canvas import loss_fraction, required_size
from harness.ports.feed import batch_of
from harness.ports.protocol import ANSWER, SHARED_WEIGHTS, Answer, OwnPicture, OwnWorkflow, Port
from harness.records.inference import CanvasFacts, InferenceStats, PictureFacts, ScaleSource
from harness.records.params import BundleParams
from harness.records.patch_stats import PatchRecord, PatchStats
from harness.records.setup import DatasetSetup
from harness.run.job import Job
from harness.run.legs.common import Progress, create, lacks, setup_of, source_of, weights_of_other, write_missing
from harness.run.legs.halves import half
from harness.run.legs.own_picture import on_canvas, patches_of
from harness.run.legs.placement import PlacedPatches, illumination, place
from harness.run.legs.statistics import central, diffracted_groups, patch_records, summarise
from harness.run.legs.train import intensity_scale, peak_rss_mb


def run(job: Job) -> None:
    """Predict and stitch the test groups; writes `inference_outputs/` or, in the exchange leg, `exchange/`."""
    folder, bundle = job.output / layout.LEG_FOLDERS[job.leg][0], source_of(job)
    progress = Progress(job)
    progress.report()
    if not (bundle / layout.WEIGHTS).is_file():
        _without_weights(folder, bundle)
        return
    port = create(job, job.scenario.training.precision)
    predicts = "predict" if ANSWER not in port.capabilities else ANSWER
    needed = (predicts,) if job.leg == "infer" else (predicts, SHARED_WEIGHTS)
    if lacks(job, folder, port, needed) or _weights_are_not_shared(job, folder, bundle):
        return
    weights = load_file(bundle / layout.WEIGHTS)
    port.set_weights(weights if job.leg == "infer" else weights_of_other(job, port, weights))
    if job.leg == "infer":
        write_json(folder / layout.LOADED, fingerprints(port.weights()))
    started = time.monotonic()
    data = GroupedData.load(job.dataset / layout.TEST)
    answer = _answer(job, port, bundle.parent / layout.OWN_LOOP)
    patches = _predict(job, port, data, np.arange(len(data.groups))) if answer is None else _patches(job, answer, data)
    placed = place(job, data, patches, port.contract.region)
    canvas, coverage = _stitch(job, port, placed, answer.picture if answer else None)
    seconds = time.monotonic() - started
    _write_canvas(folder, canvas, coverage)
    _write_patches(folder, data, placed)
    _canvas_facts(job, port, placed, len(canvas), answer).write(folder / layout.CANVAS)
    _patch_stats(job, port, placed).write(folder / layout.PATCH_STATS)
    _stats(job, port, bundle, seconds, placed, answer).write(folder / layout.STATS)
    if job.leg == "infer":  # of an exchange nobody reads it
        _write_diffraction(job, folder, data, placed)
    progress.report()


def _without_weights(folder: Path, bundle: Path) -> None:
    """Write the reasons of a side that cannot train to `missing.json`; raises HarnessError if its training failed."""
    reasons = bundle.parent / layout.TRAIN_OUTPUTS / layout.MISSING
    if not reasons.is_file():
        raise HarnessError("there are no trained weights to infer with: the training that leaves them failed.")
    write_missing(folder, read_json(reasons))


def _weights_are_not_shared(job: Job, folder: Path, bundle: Path) -> bool:
    """Whether the other side's weights are not those of the contract; if so, the reason goes to `missing.json`."""
    params = BundleParams.read(bundle / layout.PARAMS)
    if job.leg == "infer" or params.shared_weights:
        return False
    reason = f"{params.backend} trained weights of its own, which no other port loads"
    write_missing(folder, {SHARED_WEIGHTS: reason})
    return True


def _predict(job: Job, port: Port, data: GroupedData, rows: Array) -> Array:
    """Patches (G, N, N, C) of the groups in `rows`, predicted in batches of the training's size."""
    scale, size = setup_of(job, job.scenario.training.precision).intensity_scale, job.scenario.training.batch_size
    chunks = [rows[first : first + size] for first in range(0, len(rows), size)]
    return np.concatenate([port.predict(batch_of(data, chunk, scale)) for chunk in chunks])


def _answer(job: Job, port: Port, trained: Path) -> Answer | None:
    """What a side makes of the whole file of test patterns; None for one that predicts batch by batch."""
    if ANSWER not in port.capabilities:
        return None
    with TemporaryDirectory() as folder:
        return cast("OwnWorkflow", port).answer(half(job, "test"), trained, Path(folder))


def _patches(job: Job, answer: Answer, data: GroupedData) -> Array:
    """Patches (G, N, N, C) of the test groups; those of a side that gives a picture alone are cut out of it."""
    patches = answer.patches
    if patches is None:
        assert answer.picture is not None
        patches = patches_of(answer.picture, data)
    if patches.shape != data.X.shape:
        raise HarnessError(
            f"{job.backend}: patches have shape {patches.shape}; {data.X.shape} is needed, one of each test pattern."
        )
    return np.moveaxis(patches[data.groups], 1, -1)


def _stitch(job: Job, port: Port, placed: PlacedPatches, picture: OwnPicture | None) -> tuple[Array, Array]:
    inference = job.scenario.inference
    side = inference.reassemble_m
    weight = np.ones((side, side)) if inference.weighting == "uniform" else central(illumination(job), side)
    size = DatasetSetup.read(job.dataset / layout.SETUP).canvas_size
    if picture is not None:
        return on_canvas(picture, placed, weight, size)
    stitch = port.stitch if "stitch" in port.capabilities else physics_canvas.place
    return stitch(central(placed.patches, side), placed.positions, weight, size)


def _write_canvas(folder: Path, canvas: Array, coverage: Array) -> None:
    write_npy(folder / layout.AMPLITUDE, np.abs(canvas))
    write_npy(folder / layout.PHASE, np.angle(canvas))
    write_npy(folder / layout.COVERAGE, coverage)


def _write_patches(folder: Path, data: GroupedData, placed: PlacedPatches) -> None:
    """Write `patches.npz`: the placed patches, which of them are twins of the predicted ones, and the added phases."""
    count, channels = data.groups.shape
    patches = np.moveaxis(placed.patches.reshape(count, channels, *placed.patches.shape[1:]), 1, -1)
    positions = placed.positions.reshape(count, channels, 2)
    write_npz(
        folder / layout.PATCHES,
        patches=patches.astype(np.complex64),
        groups=data.groups,
        positions=positions,
        flips=placed.flips,
        phases=placed.phases,
    )
    offsets = {"unit": "pixels", "order": ["x", "y"], "centre": placed.centre, "positions": positions}
    write_json(folder / layout.OFFSETS, {**offsets, "group_centres": data.offsets[:, 0, :, 0]})


def _canvas_facts(job: Job, port: Port, placed: PlacedPatches, size: int, answer: Answer | None) -> CanvasFacts:
    N, own = job.scenario.dataset.N, "port" if "stitch" in port.capabilities else "harness"
    required = required_size(N, placed.positions)
    return CanvasFacts(
        size=size,
        required=required,
        fits_canvas=size >= required,
        max_abs_offset=np.abs(placed.positions).max(),
        loss_fraction=loss_fraction(placed.positions, N, size),
        centre_x=placed.centre[0],
        centre_y=placed.centre[1],
        reassemble_m=job.scenario.inference.reassemble_m,
        weighting=job.scenario.inference.weighting,
        **{"stitched_by": own} | (_picture_facts(answer, answer.picture) if answer and answer.picture else {}),
    )


def _picture_facts(answer: Answer, picture: OwnPicture) -> dict[str, Any]:
    """What `canvas.json` says more of a picture that a command stitched."""
    (rows, columns), (x, y) = picture.field.shape, picture.centre
    facts = PictureFacts(rows=rows, columns=columns, centre_x=x, centre_y=y)
    return {"stitched_by": "command", "picture": facts, "own_patches": answer.patches is not None}


def _write_diffraction(job: Job, folder: Path, data: GroupedData, placed: PlacedPatches) -> None:
    """Write `diffraction.npz`: rows of some `groups`, and the oracle's unscaled `amplitude` (P, N, N, C) of those."""
    oracle = named(job.scenario.network).oracle
    if oracle is None:
        return
    (groups, members), chosen = data.groups.shape, diffracted_groups(*data.groups.shape)
    patches = placed.as_predicted().reshape(groups, members, *placed.patches.shape[1:])[chosen]
    setup = setup_of(job, "float64")
    amplitude = oracle.diffraction(setup, np.moveaxis(patches, 1, -1), data.relative[chosen])
    # the patches are kept in float32, too
    write_npz(folder / layout.DIFFRACTION, groups=chosen, amplitude=in_precision(amplitude, "float32"))


def _patch_stats(job: Job, port: Port, placed: PlacedPatches) -> PatchStats:
    """Statistics over the predicted region of all patches, and of the first groups and batches if the job says so."""
    side = port.contract.region
    inside = central(placed.patches, side)
    amplitude, phase = summarise(np.abs(inside)), summarise(np.angle(inside))
    if not job.patch_stats or ANSWER in port.capabilities:
        return PatchStats(region=side, amplitude=amplitude, phase=phase)
    channels = job.scenario.grouping.gridsize**2
    first = placed.patches[: job.patch_stats * channels]
    groups = np.moveaxis(first.reshape(-1, channels, *first.shape[1:]), 1, -1)
    return PatchStats(
        region=side,
        amplitude=amplitude,
        phase=phase,
        inference_groups=patch_records(groups, side),
        training_batches=_training_listing(job, port, side),
    )


def _training_listing(job: Job, port: Port, side: int) -> tuple[tuple[PatchRecord, ...], ...]:
    data = GroupedData.load(job.dataset / layout.TRAIN)
    listed = range(min(job.patch_stats, len(data.batches)))
    return tuple(patch_records(_predict(job, port, data, data.rows(step)), side) for step in listed)


def _stats(
    job: Job, port: Port, bundle: Path, seconds: float, placed: PlacedPatches, answer: Answer | None
) -> InferenceStats:
    used, source = _scale_used(job, port, answer)
    return InferenceStats(
        infer_seconds=seconds,
        intensity_scale_restored=used,
        intensity_scale_source=source,
        weights_trained_by=BundleParams.read(bundle / layout.PARAMS).backend,
        synchronised=bool(np.any(placed.phases != 0)),
        twins=placed.twins,
        peak_rss_mb=peak_rss_mb(),
        facts=port.facts(),
    )


def _scale_used(job: Job, port: Port, answer: Answer | None) -> tuple[float | None, ScaleSource]:
    """The intensity scale of the inference, and who says so."""
    if answer is not None:
        return answer.scale, "not said" if answer.scale is None else "command"
    if (restored := intensity_scale(port)) is not None:
        return restored, "bundle"
    closed_form = DatasetSetup.read(job.dataset / layout.SETUP).intensity_scale_closed_form
    return closed_form, "closed form: the model has none"
