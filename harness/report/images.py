"""The pictures of a case as arrays, in the ranges of colour that they share: what is drawn, and what a page embeds.

Reconstructions are shown as the judge compared them: after the gauges that physics leaves free are fixed, with their
amplitudes as they are, so that a wrong scale can be seen.
"""

from dataclasses import asdict
from functools import cached_property
from typing import Any

import numpy as np

from harness import layout
from harness.errors import HarnessError
from harness.files import read_json, read_npz, write_json
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
    """The pictures of one case."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.folder = evidence.case_dir

    @cached_property
    def fields(self) -> dict[str, Array]:
        """Each side on the canvas, NaN where not compared: as the judge compared it, else as it was stitched."""
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
        """The truth where a side was compared with it, at the amplitude of the model, NaN elsewhere."""
        if "truth" not in self._judged:
            return None
        scale = read_json(self.folder / layout.DATASET / layout.TRUTH).get("model_scale") or 1.0
        mask = np.logical_or.reduce([array for name, array in self._judged.items() if name.startswith("mask_")])
        return np.where(mask, scale * self._judged["truth"], np.nan)

    @cached_property
    def differences(self) -> dict[str, Array]:
        """Candidate minus reference by part, as the judge left them."""
        paths = {part: self.folder / layout.COMPARISON / layout.difference(part) for part in PARTS}
        return {part: np.load(path, allow_pickle=False) for part, path in paths.items() if path.is_file()}

    @cached_property
    def shown(self) -> dict[str, Array]:
        """Truth, where there is one, and both sides."""
        return ({} if self.true_field is None else {"truth": self.true_field}) | self.fields

    @cached_property
    def colours(self) -> dict[str, Colours]:
        """The shared ranges of amplitudes and phases, of sides less truth (`_error`), and of the sides' difference."""
        colours = {
            "amplitude": pictures.amplitude_colours([part_of(field, "amplitude") for field in self.shown.values()]),
            "phase": pictures.phase_colours([part_of(field, "phase") for field in self.shown.values()]),
        }
        for part in PARTS:
            if errors := self._errors(part):
                colours[f"{part}_error"] = pictures.difference_colours(errors, colours[part])
        for one, difference in self.differences.items():
            colours[f"{one}_difference"] = pictures.difference_colours([difference], colours[one])
        return colours

    def _errors(self, part: str) -> list[Array]:
        """Each side less the truth; of phases, the shorter way round the circle."""
        if self.true_field is None:
            return []
        gaps = [part_of(field, part) - part_of(self.true_field, part) for field in self.fields.values()]
        return [wrap(gap) for gap in gaps] if part == "phase" else gaps

    @cached_property
    def box(self) -> tuple[slice, slice]:
        """Rows and columns of the canvas that hold everything that was compared."""
        return pictures.box_of(np.logical_or.reduce([np.isfinite(field) for field in self.fields.values()]))

    def write_colours(self) -> None:
        """Write the ranges down."""
        write_json(self.folder / COLOURS, {name: asdict(range_) for name, range_ in self.colours.items()})


def part_of(field: Array, part: str) -> Array:
    """Amplitude or phase, NaN staying NaN."""
    return np.abs(field) if part == "amplitude" else np.where(np.isfinite(field), np.angle(field), np.nan)


def colours_of(folder: Any) -> dict[str, Any]:
    """The colour ranges that were written for a case; empty when nothing was drawn."""
    path = folder / COLOURS
    found: dict[str, Any] = read_json(path) if path.is_file() else {}
    return found
