"""Faults of artifacts: files of a run that are damaged, stale, or of another run."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from harness import layout
from harness.arrays import Array, Weights
from harness.faults.catalogue import ANY, fault
from harness.faults.edit import halved, in_json, in_npy, in_npz, in_safetensors, truncate, without
from harness.faults.faulty_port import FaultyPort

HISTORY = Path(layout.TRAIN_OUTPUTS, layout.HISTORY)
STAGES = Path(layout.LOCKSTEP, layout.stages("float64"))
GRADIENTS = Path(layout.LOCKSTEP, layout.gradients("float64"))
PARAMS = Path(layout.BUNDLE, layout.PARAMS)
WEIGHTS = Path(layout.BUNDLE, layout.WEIGHTS)
INFERENCE = Path(layout.INFERENCE_OUTPUTS)
PATCHES = INFERENCE / layout.PATCHES
PICTURES = (INFERENCE / layout.AMPLITUDE, INFERENCE / layout.PHASE)


def at(path: Path, edit: Callable[..., None], *change: Any, **changes: Any) -> Callable[[Path], None]:
    """Make a change of a leg's output folder from a function that edits the file `path` in it."""
    return lambda output: edit(output / path, *change, **changes)


@fault("artifacts.stages-truncated", rung="stages", network=ANY)
def stages_truncated(port: FaultyPort) -> None:
    """The file of the stages is cut off."""
    port.files("lockstep", at(STAGES, truncate))


@fault("artifacts.stage-missing", rung="stages")
def stage_missing(port: FaultyPort) -> None:
    """A stage was not written."""
    port.files("lockstep", at(STAGES, without, "exit_wave"))


@fault("artifacts.gradient-missing", rung="gradient")
def gradient_missing(port: FaultyPort) -> None:
    """The gradient of a weight was not written."""
    port.files("lockstep", at(GRADIENTS, without, "phase.head.kernel"))


@fault("artifacts.gradient-rounded", rung="gradient", size=11, unit="significant bits that are left")
def gradient_rounded(port: FaultyPort) -> None:
    """The gradient of one kernel is rounded to fewer bits."""

    def rounded(gradient: Array) -> Array:
        mantissa, exponent = np.frexp(gradient)
        return np.ldexp(np.round(mantissa * 2**port.size), exponent - int(port.size)).astype(gradient.dtype)

    def round_both(output: Path) -> None:
        for path in (output / layout.LOCKSTEP).glob("gradients_*.npz"):
            in_npz(path, **{"phase.head.kernel": rounded})

    port.files("lockstep", round_both)


@fault("artifacts.bundle-scale-one", rung="scale", quick=True)
def bundle_scale_one(port: FaultyPort) -> None:
    """The bundle says 1.0 for the trained scale."""
    port.files("train", at(PARAMS, in_json, lambda saved: saved["intensity_scale"].update(final=1.0)))


@fault("artifacts.bundle-scale-off", rung="scale", size=0.001, unit="relative excess of the scale")
def bundle_scale_off(port: FaultyPort) -> None:
    """The bundle's trained scale is off."""

    def off(params: dict[str, dict[str, float]]) -> None:
        params["intensity_scale"]["final"] *= 1 + port.size

    port.files("train", at(PARAMS, in_json, off))


@fault("artifacts.bundle-half", rung="telemetry", network=ANY, quick=True)
def bundle_half(port: FaultyPort) -> None:
    """The bundle holds its weights in half precision."""
    port.files("train", at(WEIGHTS, in_safetensors, halved))


@fault("artifacts.bundle-averaged", rung="telemetry", network=ANY)
def bundle_averaged(port: FaultyPort) -> None:
    """The bundle holds an average of the weights over the training."""
    if port.leg != "train":
        return
    average: dict[str, Array] = {}

    def note(weights: Weights) -> Weights:
        average.update({name: (average.get(name, value) + value) / 2 for name, value in weights.items()})
        return weights

    def averaged(held: Weights) -> Weights:
        return {name: np.asarray(average[name], value.dtype) for name, value in held.items()}

    port.after_epoch(note)
    port.files("train", at(WEIGHTS, in_safetensors, averaged))


@fault("artifacts.history-short", rung="telemetry", network=ANY, quick=True)
def history_short(port: FaultyPort) -> None:
    """The history lacks its last epoch."""
    port.files("train", at(HISTORY, in_json, lambda history: history["epochs"].pop()))


@fault("artifacts.history-nan", rung="telemetry", network=ANY)
def history_nan(port: FaultyPort) -> None:
    """A loss in the history is not finite."""
    port.files("train", at(HISTORY, in_json, lambda history: history["epochs"][1]["metrics"].update(loss=float("nan"))))


@fault("artifacts.weights-other", rung="telemetry")
def weights_other(port: FaultyPort) -> None:
    """The bundle's scale parameter is that of another run."""

    def other(weights: Weights) -> Weights:
        return {**weights, "log_scale": np.asarray(weights["log_scale"] + 0.1)}

    port.files("train", at(WEIGHTS, in_safetensors, other))


@fault("artifacts.patches-nan", rung="patches", network=ANY, quick=True)
def patches_nan(port: FaultyPort) -> None:
    """Predicted patches hold a NaN."""
    port.files("infer", at(PATCHES, in_npz, patches=with_nan))


@fault("artifacts.patches-flat", rung="patches", network=ANY, quick=True)
def patches_flat(port: FaultyPort) -> None:
    """The network has collapsed: its patches are constant."""
    port.files("infer", at(PATCHES, in_npz, patches=flattened))


@fault("artifacts.patches-missing", rung="patches", network=ANY)
def patches_missing(port: FaultyPort) -> None:
    """The patches were not written."""
    port.files("infer", lambda output: (output / PATCHES).unlink())


@fault("artifacts.patches-truncated", rung="patches", network=ANY)
def patches_truncated(port: FaultyPort) -> None:
    """The file of the patches is cut off."""
    port.files("infer", at(PATCHES, truncate))


@fault("artifacts.positions", rung="canvas", network=ANY)
def positions(port: FaultyPort) -> None:
    """The positions are those of another file."""
    port.files("infer", at(PATCHES, in_npz, positions=lambda places: places + 3.0))


@fault("artifacts.amplitude-nan", rung="canvas", network=ANY)
def amplitude_nan(port: FaultyPort) -> None:
    """The stitched amplitude holds a NaN."""
    port.files("infer", at(PICTURES[0], in_npy, with_nan))


@fault("artifacts.canvas-shifted", rung="canvas", network=ANY)
def canvas_shifted(port: FaultyPort) -> None:
    """The stitched picture is moved by a pixel."""
    port.files("infer", in_pictures(lambda picture: np.roll(picture, 1, axis=1)))


@fault("artifacts.canvas-facts", rung="canvas", network=ANY)
def canvas_facts(port: FaultyPort) -> None:
    """canvas.json says that everything fits, whatever it does."""
    port.files("infer", at(INFERENCE / layout.CANVAS, in_json, lambda facts: facts.update(required=1)))


@fault("artifacts.picture-flat", rung="canvas", network=ANY)
def picture_flat(port: FaultyPort) -> None:
    """The picture is constant, at the level of its mean."""
    port.files("infer", in_pictures(flattened))


def in_pictures(change: Callable[[Array], Array]) -> Callable[[Path], None]:
    """Make a change of a leg's output folder from a change of the stitched amplitude and phase in it."""

    def changed(output: Path) -> None:
        for picture in PICTURES:
            in_npy(output / picture, change)

    return changed


def with_nan(values: Array) -> Array:
    """Replace the value at flat index 7 by NaN."""
    return np.where(np.arange(values.size).reshape(values.shape) == 7, values.dtype.type(np.nan), values)


def flattened(values: Array) -> Array:
    """Replace all values by their mean."""
    return np.full_like(values, values.mean())


@fault("artifacts.restored-scale", rung="scale")
def restored_scale(port: FaultyPort) -> None:
    """The inference says that it used another scale."""
    used = {"intensity_scale_restored": 1.0}
    port.files("infer", at(INFERENCE / layout.STATS, in_json, lambda stats: stats.update(used)))


@fault("artifacts.exchange-stale", rung="exchange", network=ANY)
def exchange_stale(port: FaultyPort) -> None:
    """The exchanged patches are of another bundle."""
    exchanged = Path(layout.EXCHANGE, layout.PATCHES)
    port.files("exchange", at(exchanged, in_npz, patches=lambda patches: patches * np.complex64(1.01)))


@fault("artifacts.truth-missing", rung="patches", network=ANY)
def truth_missing(port: FaultyPort) -> None:
    """The ground truth was not written."""

    def lost(folder: Path) -> None:
        for path in (folder / layout.DATASET).glob("ground_truth_*"):
            path.unlink()

    port.case(lost)


@fault("artifacts.same-side", rung="agreement", network=ANY, quick=True)
def same_side(port: FaultyPort) -> None:
    """One backend is compared with itself: its files stand for both."""

    def copied(folder: Path) -> None:
        [other] = [path for path in folder.iterdir() if (path / layout.BUNDLE).is_dir() and path.name != port.backend]
        for found in other.iterdir():  # the reference has no leg `graft`, so that of the candidate stays
            shutil.rmtree(folder / port.backend / found.name)
            shutil.copytree(found, folder / port.backend / found.name)

    port.case(copied)
