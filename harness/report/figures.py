"""Draws the PNG pictures of a case, each beside the file that it shows, and writes their colour ranges to JSON."""

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from harness import layout
from harness.errors import HarnessError
from harness.judge.evidence import Evidence
from harness.judge.truth import PARTS, parts_with_a_picture, true_object
from harness.report import charts, pictures
from harness.report.images import CaseImages, part_of
from harness.report.panels.curves import training
from harness.report.panels.scan import scan
from harness.report.pictures import Colours
from harness.run.legs.statistics import central

Array = np.ndarray
GRID_PATCHES = 32


def draw(evidence: Evidence) -> list[str]:
    """Draw all pictures of a case; returns a sentence for each that could not be drawn, e.g. for want of its file."""
    drawing = Drawing(CaseImages(evidence))
    tasks: dict[str, Callable[[], None]] = {
        "probe": drawing.draw_probe,
        "truth": drawing.draw_truth,
        "scan": drawing.draw_scan,  # after the truth, whose picture is its background
        "montage and differences": drawing.draw_comparison,
    }
    for backend in evidence.backends:
        tasks[f"{backend} reconstruction"] = partial(drawing.draw_reconstruction, backend)
        tasks[f"{backend} patches"] = partial(drawing.draw_patches, backend)
        tasks[f"{backend} curves"] = partial(drawing.draw_curves, backend)
    return run_tasks(tasks, evidence.case_dir)


def run_tasks(tasks: Mapping[str, Callable[[], object]], folder: Path) -> list[str]:
    """Run each task; returns a sentence for each that raised, so that a broken file never costs the whole report.

    Args:
        tasks: what to run, by the name that the sentence begins with.
        folder: the folder that paths in the sentences are relative to.
    """
    problems = []
    for name, task in tasks.items():
        try:
            task()
        except HarnessError as reason:
            problems.append(f"{name}: {reason}".replace(f"{folder}/", ""))
        except Exception as fault:  # arrays of any backend come here
            problems.append(f"{name}: {type(fault).__name__}: {fault}")
    return problems


class Drawing:
    """Draws the pictures of one case, a method for each."""

    def __init__(self, images: CaseImages) -> None:
        self._images = images
        self._evidence = images.evidence
        self._folder = images.folder

    def draw_reconstruction(self, backend: str) -> None:
        """Draw the stitched object of a side: `<backend>/inference_outputs/{amplitude,phase}.png`."""
        self._evidence.canvas(backend)
        for part in PARTS:
            painted = self._images.colours[part].paint(part_of(self._images.fields[backend], part))
            pictures.save(self._folder / backend / layout.INFERENCE_OUTPUTS / f"{part}.png", painted)

    def draw_patches(self, backend: str) -> None:
        """Draw the first predicted patches of a side: `patch_grid.png` and `patch_grid_normalized.png`.

        In the first, the patches of both sides share one colour range; in the second, each patch has its own. They show
        the predicted region, and the part (amplitude or phase) that carries the picture.
        """
        patches, folder = self._first_patches(backend), self._folder / backend / layout.INFERENCE_OUTPUTS
        pictures.save(folder / layout.PATCH_GRID, pictures.grid(patches, self._patch_colours))
        own = [pictures.own_colours(patch, self._patch_colours) for patch in patches]
        pictures.save(folder / layout.PATCH_GRID_NORMALIZED, pictures.grid(patches, own))

    @cached_property
    def _patch_colours(self) -> Colours:
        found = [self._first_patches(backend) for backend in self._evidence.backends if self._has_patches(backend)]
        leading = parts_with_a_picture(self._evidence)[0]
        return pictures.amplitude_colours(found) if leading == "amplitude" else pictures.phase_colours(found)

    def _has_patches(self, backend: str) -> bool:
        try:
            self._evidence.predictions(backend)
        except HarnessError:
            return False
        return True

    def _first_patches(self, backend: str) -> Array:
        inside = central(self._evidence.predictions(backend).patches[:GRID_PATCHES], self._evidence.contract.region)
        return part_of(inside, parts_with_a_picture(self._evidence)[0])

    def draw_curves(self, backend: str) -> None:
        """Draw `train_outputs/curves.png`: the loss, its terms and the intensity scale over the epochs."""
        path = self._folder / backend / layout.TRAIN_OUTPUTS / layout.CURVES_PICTURE
        geometries = [chart.geometry() for chart in training(self._evidence, [backend])[:2]]
        charts.save_svg(path, "pictures/curves.svg", self._folder, charts=geometries)

    def draw_probe(self) -> None:
        """Draw `dataset/probe.png`: the amplitude and the phase of the probe."""
        probe = self._evidence.probe
        amplitude = pictures.amplitude_colours([np.abs(probe)]).paint(np.abs(probe))
        phase = Colours("twilight", -np.pi, np.pi).paint(np.where(np.abs(probe) > 0, np.angle(probe), np.nan))
        pictures.save(self._folder / layout.DATASET / layout.PROBE_PICTURE, np.concatenate([amplitude, phase], axis=1))

    def draw_truth(self) -> None:
        """Draw `dataset/ground_truth_{amp,phase}.png`: the whole true object."""
        truth = true_object(self._evidence).object
        amplitude, phase = np.abs(truth), np.angle(truth)
        folder = self._folder / layout.DATASET
        pictures.save(folder / layout.TRUTH_AMPLITUDE_PICTURE, pictures.amplitude_colours([amplitude]).paint(amplitude))
        pictures.save(folder / layout.TRUTH_PHASE_PICTURE, pictures.phase_colours([phase]).paint(phase))

    def draw_scan(self) -> None:
        """Draw `dataset/scan.png`: the scan positions of the training and the test half, and the canvas."""
        path = self._folder / layout.DATASET / layout.SCAN_PICTURE
        charts.save_svg(path, "pictures/scan.svg", self._folder, scan=scan(self._evidence))

    def draw_comparison(self) -> None:
        """Draw `comparison/montage.png` and the differences of the sides, and write `comparison/colours.json`."""
        folder, images = self._folder / layout.COMPARISON, self._images
        images.write_colours()
        for part, difference in images.differences.items():
            pictures.save(
                folder / layout.difference_picture(part), images.colours[f"{part}_difference"].paint(difference)
            )
        if images.fields:
            charts.montage(folder / layout.MONTAGE, [self._row(part) for part in PARTS])

    def _row(self, part: str) -> list[charts.Panel]:
        """One row of the montage: truth, both sides and their difference, cut to the compared pixels."""
        images = self._images
        panels = [
            charts.Panel(f"{name}: {part}", part_of(field, part)[images.box], images.colours[part])
            for name, field in images.objects.items()
        ]
        if part in images.differences:
            reference, candidate = self._evidence.backends
            title, values = f"{candidate} - {reference}: {part}", images.differences[part][images.box]
            panels.append(charts.Panel(title, values, images.colours[f"{part}_difference"]))
        return panels
