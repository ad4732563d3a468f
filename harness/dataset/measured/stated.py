"""What a person says about a data set that its file does not say, or says wrongly."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from harness.dataset.measured.geometry import Geometry

Axes = Literal["MNN", "NNM"]
Place = Literal["middle", "corner"]

NAMES = ("diff3d", "probeGuess", "xcoords", "ycoords", "scan_index")
"""The keys of the contract that a person may name another key for."""


@dataclass(frozen=True)
class Stated:
    """Each is None where nothing was said; then the file, its layout and the data decide."""

    zero_frequency: Place | None = None
    """Where the zero frequency of the detector lies: index N/2, or index 0."""
    counts: bool | None = None
    """Whether the patterns are counts, not amplitudes."""
    axes: Axes | None = None
    """The order of the patterns' axes; M counts the patterns."""
    photons: float | None = None
    """Mean photons of a pattern, over the whole detector, to which the amplitudes are scaled."""
    mask: str | None = None
    """The key of the mask of bad pixels, or the path of an NPY file that holds it."""
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What the file calls a key of the contract; `NAME:COLUMN` is one column of an array."""
    geometry: Geometry = field(default_factory=Geometry)
    strict: bool = False
    """Whether what the data leave open is refused, and not taken as it is with a note."""
