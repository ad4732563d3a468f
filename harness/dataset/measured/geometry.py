"""The pixel of the object grid, which turns positions in metres into pixels."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np

from harness.errors import HarnessError

Array = np.ndarray

HC = 6.62607015e-34 * 299792458
"""Planck's constant times the speed of light, joule metres."""
ELECTRON_VOLT = 1.602176634e-19
"""Joules."""


@dataclass(frozen=True)
class Geometry:
    """Lengths in metres; None where one is not known."""

    wavelength: float | None = None
    distance: float | None = None
    """From the sample to the detector."""
    detector_pixel: tuple[float, float] | None = None
    """Width and height of a pixel of the detector."""
    pixel: tuple[float, float] | None = None
    """Width and height of a pixel of the object grid, for the detector as it is in the file."""

    def over(self, other: "Geometry") -> "Geometry":
        """This geometry, and of the `other` what is not known here; a detector known here wins over its pixel."""
        own = {entry.name: value for entry in fields(self) if (value := getattr(self, entry.name)) is not None}
        base = replace(other, pixel=None) if own and self.pixel is None else other
        return replace(base, **own)

    def object_pixel(self, K: int, source: str) -> tuple[float, float] | None:
        """Width and height of a pixel of the object grid with K detector pixels a side; None if it is not known.

        Raises HarnessError for lengths that are none.
        """
        for entry in fields(self):
            value = getattr(self, entry.name)
            if value is not None and not all(np.isfinite(length) and length > 0 for length in np.atleast_1d(value)):
                named = entry.name.replace("_", " ")
                raise HarnessError(f"{source}: the {named} is {value} m; a positive length is needed (--help).")
        if self.pixel is not None:
            return self.pixel
        if self.wavelength is None or self.distance is None or self.detector_pixel is None:
            return None
        width, height = (self.wavelength * self.distance / (K * pixel) for pixel in self.detector_pixel)
        return width, height

    def missing(self) -> str:
        """What lacks for the pixel of the object grid, in words."""
        lacking = [name for name in ("wavelength", "distance", "detector_pixel") if getattr(self, name) is None]
        return " and ".join(f"the {name.replace('_', ' ')}" for name in lacking)

    def told(self, K: int, pixel: tuple[float, float]) -> str:
        """How the pixel of the object grid came about, in words with figures."""
        size = " x ".join(f"{length:.4g}" for length in dict.fromkeys(pixel)) + " m"
        if self.pixel is not None or self.detector_pixel is None:
            return size
        return (
            f"{size} = wavelength {self.wavelength:.4g} m * distance {self.distance:.4g} m / ({K} pixels * "
            f"{self.detector_pixel[0]:.4g} m)"
        )


def wavelength_of(electron_volts: float) -> float:
    """The wavelength in metres of photons of an energy in eV."""
    return HC / (electron_volts * ELECTRON_VOLT)


NEEDED = "--pixel-size, or --energy, --distance and --detector-pixel"
"""The options that tell the pixel of the object grid."""
_OVERLAP = 0.7
"""Share of a probe's diameter by which neighbouring patches are taken to overlap where nothing is known."""


def assumed_pixel(step: float, diameter: float) -> float:
    """A pixel in metres at which probes of a diameter in pixels overlap by 70 % over a step in metres."""
    return step / ((1 - _OVERLAP) * diameter)


def in_pixels(
    x: Array,
    y: Array,
    geometry: Geometry,
    K: int,
    source: str,
    diameter: Callable[[], float],
    step: float | None,
    required: bool = False,
) -> tuple[Array, Array, str]:
    """Positions in metres as pixels of the object grid, and one sentence that says how.

    Where nothing tells the pixel, one is assumed, from the median `step` of the scan in metres and the `diameter` of
    the probe in pixels; the sentence then says what to do. Raises HarnessError where not even that can be done, and
    where the pixel is `required`.
    """
    pixel = geometry.object_pixel(K, source)
    if pixel is not None:
        note = f"Positions in metres were divided by the pixel of the object grid, {geometry.told(K, pixel)}."
        return x / pixel[0], y / pixel[1], note
    if required or not step:
        raise HarnessError(f"{source}: nothing tells {geometry.missing()}, for positions in metres; give {NEEDED}.")
    width = diameter()
    guess = assumed_pixel(step, width)
    note = (
        f"WARNING: nothing tells the pixel of the object grid, so {guess:.3g} m was assumed, with which neighbouring "
        f"patches overlap by {_OVERLAP:.0%} (median step {step:.3g} m, probe {width:.3g} pixels wide); positions are "
        f"right up to this factor alone, so give {NEEDED}."
    )
    return x / guess, y / guess, note
