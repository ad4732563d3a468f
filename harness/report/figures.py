"""Draws the pictures of a case beside the files that they show, and writes their colour ranges down.

Reconstructions are drawn as the judge compared them: after the gauges that physics leaves free are fixed, with their
amplitudes as they are, so that a wrong scale can be seen.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from harness.backends.network import predicted_size
from harness.errors import HarnessError
from harness.files import read_json, read_npz, write_json
from harness.judge.evidence import Evidence
from harness.judge.pictures import covered
from harness.judge.truth import parts_with_a_picture, true_object
from harness.report import charts, pictures
from harness.report.pictures import Colours
from harness.run.legs.statistics import central

Array = np.ndarray
PICTURES = "comparison/pictures.npz"
COLOURS = "comparison/colours.json"
PARTS = ("amplitude", "phase")
GRID_PATCHES = 32


def draw(folder: Path, backends: tuple[str, str]) -> list[str]:
    """Draw whatever the files of a case allow; returns a sentence for each picture that could not be drawn."""
    scene = Scene(Evidence(folder, backends))
    tasks: dict[str, Callable[[], None]] = {
        "probe": scene.draw_probe,
        "scan": scene.draw_scan,
        "truth": scene.draw_truth,
        "montage and differences": scene.draw_comparison,
        "lock-step": scene.draw_trajectories,
    }
    for backend in backends:
        tasks[f"{backend} reconstruction"] = partial(scene.draw_reconstruction, backend)
        tasks[f"{backend} patches"] = partial(scene.draw_patches, backend)
        tasks[f"{backend} curves"] = partial(scene.draw_curves, backend)
    problems = []
    for name, task in tasks.items():
        try:
            task()
        except HarnessError as reason:
            problems.append(f"{name}: {reason}".replace(f"{folder}/", ""))
        except Exception as fault:  # arrays of any backend come here, and none may cost the report
            problems.append(f"{name}: {type(fault).__name__}: {fault}")
    return problems


class Scene:
    """The pictures of one case, in ranges of colour that they share."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._folder = evidence.case_dir

    @cached_property
    def fields(self) -> dict[str, Array]:
        """Each side on the canvas, NaN where not compared: as the judge compared it, else as it was stitched."""
        return {
            name: self._compared(number) if f"side_{number}" in self._judged else self._stitched(name)
            for number, name in enumerate(self._evidence.backends)
            if f"side_{number}" in self._judged or self._has_canvas(name)
        }

    @cached_property
    def _judged(self) -> dict[str, Array]:
        path = self._folder / PICTURES
        return read_npz(path) if path.is_file() else {}

    def _compared(self, number: int) -> Array:
        return np.where(self._judged[f"mask_{number}"], self._judged[f"side_{number}"], np.nan)

    def _stitched(self, backend: str) -> Array:
        canvas = self._evidence.canvas(backend)
        return np.where(covered(canvas), canvas.field, np.nan)

    def _has_canvas(self, backend: str) -> bool:
        try:
            self._evidence.canvas(backend)
        except HarnessError:
            return False
        return True

    @cached_property
    def true_field(self) -> Array | None:
        """The truth where a side was compared with it, at the amplitude of the model, NaN elsewhere."""
        if "truth" not in self._judged:
            return None
        scale = read_json(self._folder / "dataset" / "truth.json").get("model_scale") or 1.0
        mask = np.logical_or.reduce([array for name, array in self._judged.items() if name.startswith("mask_")])
        return np.where(mask, scale * self._judged["truth"], np.nan)

    @cached_property
    def differences(self) -> dict[str, Array]:
        """Candidate minus reference by part, as the judge left them."""
        paths = {part: self._folder / "comparison" / f"{part}_diff.npy" for part in PARTS}
        return {part: np.load(path, allow_pickle=False) for part, path in paths.items() if path.is_file()}

    @cached_property
    def colours(self) -> dict[str, Colours]:
        """The shared ranges of amplitudes and phases, and of their differences; written down."""
        shown = [*self.fields.values(), *([] if self.true_field is None else [self.true_field])]
        colours = {
            "amplitude": pictures.amplitude_colours([_part(field, "amplitude") for field in shown]),
            "phase": pictures.phase_colours([_part(field, "phase") for field in shown]),
        }
        for part, difference in self.differences.items():
            colours[f"{part}_difference"] = pictures.difference_colours([difference])
        write_json(self._folder / COLOURS, {name: asdict(range_) for name, range_ in colours.items()})
        return colours

    def draw_reconstruction(self, backend: str) -> None:
        """`<backend>/inference_outputs/{amplitude,phase}.png`."""
        self._evidence.canvas(backend)
        for part in PARTS:
            painted = self.colours[part].paint(_part(self.fields[backend], part))
            pictures.save(self._folder / backend / "inference_outputs" / f"{part}.png", painted)

    def draw_patches(self, backend: str) -> None:
        """`patch_grid.png` in one range for all patches, `patch_grid_normalized.png` each in its own.

        Of the first patches the predicted region, and the part (amplitude or phase) that carries the picture.
        """
        side = predicted_size(self._evidence.scenario)
        inside = central(self._evidence.predictions(backend).patches[:GRID_PATCHES], side)
        leading = parts_with_a_picture(self._evidence)[0]
        patches = _part(inside, leading)
        colours = pictures.amplitude_colours if leading == "amplitude" else pictures.phase_colours
        folder = self._folder / backend / "inference_outputs"
        pictures.save(folder / "patch_grid.png", pictures.grid(patches, colours([patches])))
        pictures.save(folder / "patch_grid_normalized.png", pictures.grid(patches, None))

    def draw_curves(self, backend: str) -> None:
        """`train_outputs/curves.png`: the loss and its terms over the epochs."""
        charts.curves(self._folder / backend / "train_outputs" / "curves.png", backend, self._evidence.history(backend))

    def draw_probe(self) -> None:
        """`dataset/probe.png`: amplitude and phase."""
        probe = self._evidence.probe
        amplitude = pictures.amplitude_colours([np.abs(probe)]).paint(np.abs(probe))
        phase = Colours("twilight", -np.pi, np.pi).paint(np.where(np.abs(probe) > 0, np.angle(probe), np.nan))
        pictures.save(self._folder / "dataset" / "probe.png", np.concatenate([amplitude, phase], axis=1))

    def draw_truth(self) -> None:
        """`dataset/ground_truth_{amp,phase}.png`: the whole object."""
        truth = true_object(self._evidence).object
        amplitude, phase = np.abs(truth), np.angle(truth)
        folder = self._folder / "dataset"
        pictures.save(folder / "ground_truth_amp.png", pictures.amplitude_colours([amplitude]).paint(amplitude))
        pictures.save(folder / "ground_truth_phase.png", pictures.phase_colours([phase]).paint(phase))

    def draw_scan(self) -> None:
        """`dataset/scan.png`: where the patterns lie, which train and which test."""
        parts = {name: self._evidence.arrays(Path("dataset", f"{name}.npz"), ("x", "y")) for name in ("train", "test")}
        charts.scan(
            self._folder / "dataset" / "scan.png", parts, self._evidence.scenario.dataset.N, self._scan_ground()
        )

    def _scan_ground(self) -> tuple[Array, tuple[float, float]] | None:
        try:
            truth = true_object(self._evidence)
        except HarnessError:
            return None
        part = np.abs(truth.object) if np.ptp(np.angle(truth.object)) == 0 else np.angle(truth.object)
        return part, (truth.origin_x, truth.origin_y)

    def draw_trajectories(self) -> None:
        """`comparison/lockstep.png`: distance after every step, when trajectories were walked."""
        path = self._folder / "comparison" / "lockstep.json"
        if path.is_file():
            charts.trajectories(path.with_suffix(".png"), read_json(path))

    def draw_comparison(self) -> None:
        """`comparison/montage.png`, and a picture of each difference."""
        folder = self._folder / "comparison"
        for part, difference in self.differences.items():
            pictures.save(folder / f"{part}_diff.png", self.colours[f"{part}_difference"].paint(difference))
        if self.fields:
            charts.montage(folder / "montage.png", [self._row(part) for part in PARTS])

    def _row(self, part: str) -> list[charts.Panel]:
        """Truth, both sides and their difference, cut to what was compared."""
        shown = ({} if self.true_field is None else {"truth": self.true_field}) | self.fields
        box = pictures.box_of(np.logical_or.reduce([np.isfinite(field) for field in self.fields.values()]))
        panels = [
            charts.Panel(f"{name}: {part}", _part(field, part)[box], self.colours[part])
            for name, field in shown.items()
        ]
        if part in self.differences:
            reference, candidate = self._evidence.backends
            difference = self.differences[part][box]
            panels.append(
                charts.Panel(f"{candidate} - {reference}: {part}", difference, self.colours[f"{part}_difference"])
            )
        return panels


def _part(field: Array, part: str) -> Array:
    """Amplitude or phase, NaN staying NaN."""
    return np.abs(field) if part == "amplitude" else np.where(np.isfinite(field), np.angle(field), np.nan)


def colours_of(folder: Path) -> Mapping[str, Any]:
    """The colour ranges that were written for a case; empty when nothing was drawn."""
    path = folder / COLOURS
    return read_json(path) if path.is_file() else {}
