"""A measured data set as one layout describes it, before it is brought to the contract."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from harness.dataset.measured.foreign_masks import Marks
from harness.dataset.measured.geometry import Geometry
from harness.dataset.measured.stated import Axes, Place

Array = np.ndarray


@dataclass
class Found:
    """What a layout found in a file; the patterns and the mask are named, and not read."""

    patterns: Sequence[str]
    """The arrays with the patterns, one after the other."""
    x: Array
    y: Array
    """(M,) column and row of each patch's centre, in pixels of the object grid or, if `metres`, in metres."""
    names: dict[str, str]
    """What the file calls each key of the contract, for messages."""
    probe: Array | None = None
    """Any form that `harness.dataset.measured.modes` knows."""
    scan_index: Array | None = None
    object: Array | None = None
    metres: bool = False
    geometry: Geometry = field(default_factory=Geometry)
    axes: Axes | None = None
    """The order of the patterns' axes in this layout; None if it has either."""
    counts: bool | None = None
    """Whether the layout has counts; None if it has either."""
    zero_frequency: Place | None = None
    """Where the layout has the zero frequency, for data that do not tell."""
    centre: tuple[float, float] | None = None
    """Row and column of the zero frequency, if the file says it."""
    orientation: int = 0
    """How the patterns must be turned: 1 inverts columns, 2 rows, 4 transposes first; the sum of these."""
    masks: Sequence[str] = ()
    """Masks of the detector; a pixel is good if it is so in all."""
    mask_marks: Marks = "good"
    layout: str | None = None
    """Name of the layout, if it is not the contract's own."""
    notes: list[str] = field(default_factory=list)
    read: set[str] = field(default_factory=set)
    """Further arrays that were read."""

    def say(self, sentence: str) -> None:
        """Leave a note, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def called(self, key: str) -> str:
        """What the file calls a key of the contract."""
        return self.names.get(key, key)
