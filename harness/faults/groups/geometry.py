"""Faults of the geometry: offsets, translation, merge, canvas, conventions of the Fourier transform."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from harness import layout
from harness.faults.catalogue import ANY, fault
from harness.faults.edit import in_npz, with_relative, with_section
from harness.faults.faulty_port import FaultyPort, Stages
from harness.files import read_npz


@fault("geometry.offset-sign", rung="stages", network=ANY, quick=True)
def offset_sign(port: FaultyPort) -> None:
    """The relative offsets enter with the wrong sign."""
    port.batch(with_relative(np.negative))


@fault("geometry.extraction-sign", rung="stages")
def extraction_sign(port: FaultyPort) -> None:
    """The merge is right; the patches are cut out at the negated offsets."""
    port.stage("object_extracted", lambda value, _: port.tensors.flip(port.tensors.flip(value, -1), -2))


@fault("geometry.swapped-axes", rung="stages", network=ANY, quick=True)
def swapped_axes(port: FaultyPort) -> None:
    """X and y of the offsets are swapped."""
    port.batch(with_relative(lambda relative: np.ascontiguousarray(relative[:, :, ::-1])))


@fault("geometry.channel-order", rung="stages", network=ANY)
def channel_order(port: FaultyPort) -> None:
    """The channels of a group are in column order, their offsets in row order."""
    port.batch(with_relative(lambda relative: relative[..., [0, 2, 1, 3]]))


@fault("geometry.patterns-order", rung="stages", network=ANY)
def patterns_order(port: FaultyPort) -> None:
    """The patterns of a group are in another order than its offsets."""
    port.batch(lambda batch: replace(batch, amplitude=np.ascontiguousarray(batch.amplitude[..., [0, 2, 1, 3]])))


@fault("geometry.offsets-repeated", rung="stages", network=ANY)
def offsets_repeated(port: FaultyPort) -> None:
    """The first offset of a group serves for all of its patches."""
    port.batch(with_relative(lambda relative: np.repeat(relative[..., :1], relative.shape[-1], axis=-1)))


@fault("geometry.first-group", rung="stages", network=ANY)
def first_group(port: FaultyPort) -> None:
    """The offsets of the first group of a batch serve for all groups."""
    port.batch(with_relative(lambda relative: np.repeat(relative[:1], len(relative), axis=0)))


@fault("geometry.offsets-zero", rung="stages", network=ANY)
def offsets_zero(port: FaultyPort) -> None:
    """The offsets are left out: every patch lies on the centre."""
    port.batch(with_relative(np.zeros_like))


@fault("geometry.not-centred", rung="stages", network=ANY, size=1.0, unit="pixels that all offsets are off by")
def not_centred(port: FaultyPort) -> None:
    """The offsets are not relative to the centre of the group."""
    port.batch(with_relative(lambda relative: relative + port.size))


@fault("geometry.batch-mean", rung="stages", network=ANY)
def batch_mean(port: FaultyPort) -> None:
    """The offsets are centred on the mean of the batch, channel by channel."""
    port.batch(with_relative(lambda relative: relative - relative.mean(axis=0, keepdims=True)))


@fault("geometry.global-offsets", rung="dataset", network=ANY)
def global_offsets(port: FaultyPort) -> None:
    """The centres of the groups are fed where relative offsets are asked for."""

    def change(folder: Path) -> None:
        offsets = read_npz(folder / layout.TRAIN)["offsets"]
        in_npz(folder / layout.TRAIN, relative=lambda relative: relative + offsets)

    port.dataset(change)


@fault("geometry.nearest", rung="stages", network=ANY)
def nearest(port: FaultyPort) -> None:
    """Patches are moved by whole pixels."""
    port.batch(with_relative(np.round))


@fault("geometry.half-pixel", rung="stages", network=ANY, size=0.5, unit="pixels along x", quick=True)
def half_pixel(port: FaultyPort) -> None:
    """The centre of a patch is taken between pixels: the translation is off."""
    port.batch(with_relative(lambda relative: relative + np.array([port.size, 0.0])[:, None]))


@fault("geometry.pixel-size", rung="stages", network=ANY, size=0.01, unit="relative excess of the offsets")
def pixel_size(port: FaultyPort) -> None:
    """The offsets are converted with another size of a pixel."""
    port.batch(with_relative(lambda relative: relative * (1 + port.size)))


@fault("geometry.broadcast", rung="stages")
def broadcast(port: FaultyPort) -> None:
    """The placing of a position is used for the next position of its group."""
    port.stage("placement", lambda value, _: tuple(port.tensors.roll(matrices, 1, 1) for matrices in value))


@fault("geometry.placing-swapped", rung="stages")
def placing_swapped(port: FaultyPort) -> None:
    """The matrices along y and along x change places."""
    port.stage("placement", lambda value, _: (value[1], value[0]))


@fault("geometry.undivided", rung="stages")
def undivided(port: FaultyPort) -> None:
    """The merged object is not divided by the summed weights."""

    def summed(value: Any, stages: Stages) -> Any:
        tensors, (rows, columns) = port.tensors, stages["placement"]
        weights = tensors.coverage(rows, columns, _predicted(stages))
        return value * tensors.complex_of(weights, 0 * weights)

    port.stage("object_merged", summed)


@fault("geometry.other-mask", rung="stages")
def other_mask(port: FaultyPort) -> None:
    """Numerator and denominator of the merge use different masks."""

    def divided(value: Any, stages: Stages) -> Any:
        tensors, (rows, columns) = port.tensors, stages["placement"]
        own, other = (tensors.coverage(rows, columns, part) for part in (_predicted(stages), slice(None)))
        ratio = own / (other + 1e-3)
        return value * tensors.complex_of(ratio, 0 * ratio)

    port.stage("object_merged", divided)


def _predicted(stages: Stages) -> slice:
    """Slice of the central pixels of a patch that the heads predict."""
    size, side = int(stages["object_patches"].shape[-1]), int(stages["amplitude_head"].shape[-1])
    return slice((size - side) // 2, (size + side) // 2)


@fault("geometry.merge-epsilon", rung="stages", size=1e-3, unit="added beside the contract's 1e-3")
def merge_epsilon(port: FaultyPort) -> None:
    """Another number is added to the summed weights."""
    port.rule("merge_epsilon", lambda value, _: value + port.size)


@fault("geometry.padded-size", rung="stages", network=ANY, size=2.0, unit="pixels short (even)")
def padded_size(port: FaultyPort) -> None:
    """The merge canvas is too small: the jitter is left out."""
    port.setup(lambda setup: replace(setup, padded_size=setup.padded_size - round(port.size)))


@fault("geometry.padded-parity", rung="stages", network=ANY)
def padded_parity(port: FaultyPort) -> None:
    """The merge canvas has an odd side."""
    port.setup(lambda setup: replace(setup, padded_size=setup.padded_size - 1))


@fault("geometry.trimmed-twice", rung="stages")
def trimmed_twice(port: FaultyPort) -> None:
    """The patches are trimmed a second time before the merge."""

    def trimmed(value: Any, stages: Stages) -> Any:
        size, kept = int(stages["object_patches"].shape[-1]), _predicted(stages)
        inner = np.zeros((size, size), np.float64)
        inner[kept.start + 4 : kept.stop - 4, kept.start + 4 : kept.stop - 4] = 1
        return value * port.tensors.constant(inner.astype(np.complex128), value)

    port.stage("object_patches", lambda value, stages: trimmed(value, {**stages, "object_patches": value}))


@fault("geometry.border-dropped", rung="stages")
def border_dropped(port: FaultyPort) -> None:
    """The border of a patch is zero where it should be the mean."""
    port.setup(lambda setup: with_section(setup, "model", border="zeros"))


@fault("geometry.one-canvas", rung="stages")
def one_canvas(port: FaultyPort) -> None:
    """The groups of a batch are merged into one object."""
    port.stage("object_merged", lambda value, _: 0 * value + port.tensors.mean(value, 0))


@fault("geometry.transposed", rung="stages")
def transposed(port: FaultyPort) -> None:
    """Rows and columns of the patches are swapped."""
    port.stage("object_patches", lambda value, _: port.tensors.transpose(value))


@fault("geometry.fftshift-missing", rung="stages")
def fftshift_missing(port: FaultyPort) -> None:
    """The intensity is not centred."""
    port.stage("power", lambda value, _: port.tensors.fftshift(value))


@fault("geometry.autocorrelation-shift", rung="stages")
def autocorrelation_shift(port: FaultyPort) -> None:
    """The patterns are shifted by one pixel before the features."""
    port.stage("features", lambda value, _: port.tensors.roll(value, 1, 2))


@fault("geometry.conjugated", rung="stages", quick=True)
def conjugated(port: FaultyPort) -> None:
    """The phase of the object is conjugated."""
    port.stage("object_patches", lambda value, _: port.tensors.conj(value))


@fault("geometry.probe-conjugated", rung="stages", network=ANY)
def probe_conjugated(port: FaultyPort) -> None:
    """The probe is conjugated."""
    port.setup(lambda setup: replace(setup, probe=np.conj(setup.probe)))


@fault("geometry.probe-shifted", rung="stages", network=ANY)
def probe_shifted(port: FaultyPort) -> None:
    """The probe is off its centre by one pixel."""
    port.setup(lambda setup: replace(setup, probe=np.roll(setup.probe, 1, axis=0)))


@fault("geometry.neighbour", rung="stages", network=ANY)
def neighbour(port: FaultyPort) -> None:
    """A sample is computed with the offsets of its neighbour in the batch."""
    port.batch(with_relative(lambda relative: np.roll(relative, 1, axis=0)))


@fault("geometry.canvas-centre", rung="canvas", network=ANY, size=1.0, unit="pixels along both axes", quick=True)
def canvas_centre(port: FaultyPort) -> None:
    """The canvas is centred on the wrong point."""
    port.stitching(lambda request: replace(request, positions=request.positions + port.size))


@fault("geometry.stitched-by-mean", rung="canvas", network=ANY)
def stitched_by_mean(port: FaultyPort) -> None:
    """The patches are averaged, not placed by their positions."""
    port.stitching(lambda request: replace(request, positions=np.zeros_like(request.positions)))


@fault("geometry.canvas-transposed", rung="canvas", network=ANY)
def canvas_transposed(port: FaultyPort) -> None:
    """X and y of the positions are swapped when the canvas is filled."""
    port.stitching(lambda request: replace(request, positions=np.ascontiguousarray(request.positions[:, ::-1])))


@fault("geometry.canvas-undivided", rung="canvas", network=ANY)
def canvas_undivided(port: FaultyPort) -> None:
    """The canvas is not divided by the coverage."""
    port.stitched(lambda made: (made[0] * made[1], made[1]))


@fault("geometry.canvas-nearest", rung="canvas", network=ANY)
def canvas_nearest(port: FaultyPort) -> None:
    """Patches are placed on the canvas by whole pixels."""
    port.stitching(lambda request: replace(request, positions=np.round(request.positions)))


@fault("geometry.last-patch-lost", rung="canvas", network=ANY)
def last_patch_lost(port: FaultyPort) -> None:
    """The last patch of the test groups is not stitched."""
    port.stitching(lambda request: replace(request, patches=request.patches[:-1], positions=request.positions[:-1]))
