"""The pictures of a case as arrays, with the colour ranges that they share, for the PNG files and for the page.

Reconstructions appear as the judge compared them: the gauges that the physics leaves free are taken away, but the
amplitudes are not rescaled, so that a wrong scale can be seen.
"""

from dataclasses import asdict
from functools import cached_property
from typing import Any

import numpy as np

from harness import layout
from harness.errors import HarnessError
from harness.files import read_json, read_npy, read_npz, write_json
from harness.judge.evidence import Evidence
from harness.judge.metrics import wrap
from harness.judge.pictures import covered
from harness.judge.truth import PARTS
from harness.report import pictures
from harness.report.pictures import Colours

Array = np.ndarray
PICTURES = f"{layout.COMPARISON}/{layout.ALIGNED}"
COLOURS = f"{layout.COMPARISON}/{layout.COLOURS}"


class CaseImages:
    """The pictures of one case, as complex arrays on the canvas and as their differences."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.folder = evidence.case_dir

    @cached_property
    def fields(self) -> dict[str, Array]:
        """The complex object (H, W) of each side that has one, NaN outside the compared pixels.

        It is the one that the judge compared; where the judge compared nothing, the one that was stitched.
        """
        return {
            name: self._compared(number) if f"side_{number}" in self._judged else self._stitched(name)
            for number, name in enumerate(self.evidence.backends)
            if f"side_{number}" in self._judged or self._has_canvas(name)
        }

    @cached_property
    def _judged(self) -> dict[str, Array]:
        path = self.folder / PICTURES
        return read_npz(path) if path.is_file() else {}

    def _compared(self, number: int) -> Array:
        return np.where(self._judged[f"mask_{number}"], self._judged[f"side_{number}"], np.nan)

    def _stitched(self, backend: str) -> Array:
        canvas = self.evidence.canvas(backend)
        return np.where(covered(canvas), canvas.field, np.nan)

    def _has_canvas(self, backend: str) -> bool:
        try:
            self.evidence.canvas(backend)
        except HarnessError:
            return False
        return True

    @cached_property
    def true_field(self) -> Array | None:
        """The true object (H, W) at the amplitude of the model, NaN outside the compared pixels; None without one."""
        if "truth" not in self._judged:
            return None
        scale = read_json(self.folder / layout.DATASET / layout.TRUTH).get("model_scale") or 1.0
        mask = np.logical_or.reduce([array for name, array in self._judged.items() if name.startswith("mask_")])
        return np.where(mask, scale * self._judged["truth"], np.nan)

    @cached_property
    def differences(self) -> dict[str, Array]:
        """Candidate minus reference (H, W), of amplitude and phase, from the files that the judge left."""
        paths = {part: self.folder / layout.COMPARISON / layout.difference(part) for part in PARTS}
        return {part: read_npy(path) for part, path in paths.items() if path.is_file()}

    @cached_property
    def objects(self) -> dict[str, Array]:
        """The complex objects (H, W) of the truth, where there is one, and of both sides, by name."""
        return ({} if self.true_field is None else {"truth": self.true_field}) | self.fields

    @cached_property
    def colours(self) -> dict[str, Colours]:
        """The shared colour ranges by name.

        `amplitude` and `phase` are those of the pictures, `<part>_error` those of a side minus the truth, and
        `<part>_difference` those of the difference of the sides.
        """
        colours = {
            "amplitude": pictures.amplitude_colours([part_of(field, "amplitude") for field in self.objects.values()]),
            "phase": pictures.phase_colours([part_of(field, "phase") for field in self.objects.values()]),
        }
        for part in PARTS:
            if errors := self._errors(part):
                colours[f"{part}_error"] = pictures.difference_colours(errors, colours[part])
        for one, difference in self.differences.items():
            colours[f"{one}_difference"] = pictures.difference_colours([difference], colours[one])
        return colours

    def _errors(self, part: str) -> list[Array]:
        """Each side minus the truth; differences of phases are wrapped to one turn."""
        if self.true_field is None:
            return []
        gaps = [part_of(field, part) - part_of(self.true_field, part) for field in self.fields.values()]
        return [wrap(gap) for gap in gaps] if part == "phase" else gaps

    @cached_property
    def box(self) -> tuple[slice, slice]:
        """Rows and columns of the smallest box of the canvas that holds all compared pixels."""
        return pictures.box_of(np.logical_or.reduce([np.isfinite(field) for field in self.fields.values()]))

    def write_colours(self) -> None:
        """Write the colour ranges to `comparison/colours.json`."""
        write_json(self.folder / COLOURS, {name: asdict(range_) for name, range_ in self.colours.items()})


def part_of(field: Array, part: str) -> Array:
    """The amplitude or the phase (radians) of a complex array; NaN stays NaN."""
    return np.abs(field) if part == "amplitude" else np.where(np.isfinite(field), np.angle(field), np.nan)


def colours_of(folder: Any) -> dict[str, Any]:
    """Contents of `comparison/colours.json` of a case folder; empty when nothing was drawn."""
    path = folder / COLOURS
    found: dict[str, Any] = read_json(path) if path.is_file() else {}
    return found
