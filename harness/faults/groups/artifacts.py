"""Artifacts: what a run leaves, damaged, stale, or of another run."""

import shutil
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from harness import layout
from harness.arrays import Array
from harness.faults.catalogue import ANY, fault
from harness.faults.edit import in_json, in_npy, in_npz, truncate, without
from harness.faults.faulty_port import FaultyPort


@fault("artifacts.stages-truncated", rung="stages", network=ANY)
def stages_truncated(port: FaultyPort) -> None:
    """The file of the stages is cut off."""
    port.files("lockstep", lambda output: truncate(output / layout.LOCKSTEP / layout.stages("float64")))


@fault("artifacts.stage-missing", rung="stages")
def stage_missing(port: FaultyPort) -> None:
    """A stage was not written."""
    port.files("lockstep", lambda output: without(output / layout.LOCKSTEP / layout.stages("float64"), "exit_wave"))


@fault("artifacts.gradient-missing", rung="gradient")
def gradient_missing(port: FaultyPort) -> None:
    """The gradient of a weight was not written."""
    port.files(
        "lockstep", lambda output: without(output / layout.LOCKSTEP / layout.gradients("float64"), "phase.head.kernel")
    )


@fault("artifacts.bundle-scale-one", rung="scale", quick=True)
def bundle_scale_one(port: FaultyPort) -> None:
    """The bundle says 1.0 for the trained scale."""

    def ones(output: Path) -> None:
        in_json(output / layout.BUNDLE / layout.PARAMS, lambda params: params["intensity_scale"].update(final=1.0))

    port.files("train", ones)


@fault("artifacts.bundle-scale-off", rung="scale", size=0.001, unit="relative excess of the scale")
def bundle_scale_off(port: FaultyPort) -> None:
    """The bundle's trained scale is off."""

    def off(output: Path) -> None:
        def change(params: dict[str, dict[str, float]]) -> None:
            params["intensity_scale"]["final"] *= 1 + port.size

        in_json(output / layout.BUNDLE / layout.PARAMS, change)

    port.files("train", off)


@fault("artifacts.history-short", rung="telemetry", network=ANY, quick=True)
def history_short(port: FaultyPort) -> None:
    """The history lacks its last epoch."""
    port.files(
        "train",
        lambda output: in_json(output / layout.TRAIN_OUTPUTS / layout.HISTORY, lambda history: history["epochs"].pop()),
    )


@fault("artifacts.history-nan", rung="telemetry", network=ANY)
def history_nan(port: FaultyPort) -> None:
    """A loss in the history is not finite."""
    port.files(
        "train",
        lambda output: in_json(
            output / layout.TRAIN_OUTPUTS / layout.HISTORY,
            lambda history: history["epochs"][1]["metrics"].update(loss=float("nan")),
        ),
    )


@fault("artifacts.weights-other", rung="scale")
def weights_other(port: FaultyPort) -> None:
    """The bundle's scale parameter is that of another run."""

    def other(output: Path) -> None:
        path = output / layout.BUNDLE / layout.WEIGHTS
        weights = load_file(path)
        path.unlink()  # the file may be a link to a sound one
        save_file({**weights, "log_scale": np.asarray(weights["log_scale"] + 0.1)}, path)

    port.files("train", other)


@fault("artifacts.patches-nan", rung="patches", network=ANY, quick=True)
def patches_nan(port: FaultyPort) -> None:
    """Predicted patches hold a NaN."""

    def spoilt(patches: Array) -> Array:
        return np.where(np.arange(patches.size).reshape(patches.shape) == 7, np.complex64(np.nan), patches)

    port.files("infer", lambda output: in_npz(output / layout.INFERENCE_OUTPUTS / layout.PATCHES, patches=spoilt))


@fault("artifacts.patches-flat", rung="patches", network=ANY, quick=True)
def patches_flat(port: FaultyPort) -> None:
    """The network has collapsed: its patches are constant."""
    port.files(
        "infer",
        lambda output: in_npz(
            output / layout.INFERENCE_OUTPUTS / layout.PATCHES,
            patches=lambda patches: np.full_like(patches, patches.mean()),
        ),
    )


@fault("artifacts.patches-missing", rung="patches", network=ANY)
def patches_missing(port: FaultyPort) -> None:
    """The patches were not written."""
    port.files("infer", lambda output: (output / layout.INFERENCE_OUTPUTS / layout.PATCHES).unlink())


@fault("artifacts.patches-truncated", rung="patches", network=ANY)
def patches_truncated(port: FaultyPort) -> None:
    """The file of the patches is cut off."""
    port.files("infer", lambda output: truncate(output / layout.INFERENCE_OUTPUTS / layout.PATCHES))


@fault("artifacts.positions", rung="canvas", network=ANY)
def positions(port: FaultyPort) -> None:
    """The positions are those of another file."""
    port.files(
        "infer",
        lambda output: in_npz(
            output / layout.INFERENCE_OUTPUTS / layout.PATCHES, positions=lambda places: places + 3.0
        ),
    )


@fault("artifacts.amplitude-nan", rung="canvas", network=ANY)
def amplitude_nan(port: FaultyPort) -> None:
    """The stitched amplitude holds a NaN."""

    def spoilt(amplitude: Array) -> Array:
        return np.where(np.arange(amplitude.size).reshape(amplitude.shape) == 7, np.nan, amplitude)

    port.files("infer", lambda output: in_npy(output / layout.INFERENCE_OUTPUTS / layout.AMPLITUDE, spoilt))


@fault("artifacts.canvas-shifted", rung="canvas", network=ANY)
def canvas_shifted(port: FaultyPort) -> None:
    """The stitched picture is moved by a pixel."""

    def moved(output: Path) -> None:
        for name in ("amplitude", "phase"):
            in_npy(output / layout.INFERENCE_OUTPUTS / f"{name}.npy", lambda picture: np.roll(picture, 1, axis=1))

    port.files("infer", moved)


@fault("artifacts.canvas-facts", rung="canvas", network=ANY)
def canvas_facts(port: FaultyPort) -> None:
    """canvas.json says that everything fits, whatever it does."""
    port.files(
        "infer",
        lambda output: in_json(
            output / layout.INFERENCE_OUTPUTS / layout.CANVAS, lambda facts: facts.update(required=1)
        ),
    )


@fault("artifacts.picture-flat", rung="canvas", network=ANY)
def picture_flat(port: FaultyPort) -> None:
    """The picture is constant, at the level of its mean."""

    def flat(output: Path) -> None:
        for name in ("amplitude", "phase"):
            in_npy(
                output / layout.INFERENCE_OUTPUTS / f"{name}.npy", lambda picture: np.full_like(picture, picture.mean())
            )

    port.files("infer", flat)


@fault("artifacts.restored-scale", rung="scale")
def restored_scale(port: FaultyPort) -> None:
    """The inference says that it used another scale."""
    port.files(
        "infer",
        lambda output: in_json(
            output / layout.INFERENCE_OUTPUTS / layout.STATS, lambda stats: stats.update(intensity_scale_restored=1.0)
        ),
    )


@fault("artifacts.exchange-stale", rung="exchange", network=ANY)
def exchange_stale(port: FaultyPort) -> None:
    """The exchanged patches are of another bundle."""
    port.files(
        "exchange",
        lambda output: in_npz(
            output / layout.EXCHANGE / layout.PATCHES, patches=lambda patches: patches * np.complex64(1.01)
        ),
    )


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
        for found in other.iterdir():  # the reference has no graft, so the candidate's own stays
            shutil.rmtree(folder / port.backend / found.name)
            shutil.copytree(found, folder / port.backend / found.name)

    port.case(copied)
