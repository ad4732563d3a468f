"""Options that tell the laboratory in which a scan was measured."""

from typing import Annotated

import typer

from harness.dataset.measured.geometry import Geometry, wavelength_of
from harness.errors import HarnessError

Energy = Annotated[float | None, typer.Option("--energy", help="Photon energy in eV, in place of a wavelength.")]
Wavelength = Annotated[float | None, typer.Option("--wavelength", help="Wavelength in metres.")]
Distance = Annotated[float | None, typer.Option("--distance", help="From the sample to the detector, in metres.")]
DetectorPixel = Annotated[float | None, typer.Option("--detector-pixel", help="Pixel of the detector in metres.")]


def positive(flag: str, value: float | None) -> float | None:
    """The value of an option; HarnessError for one that is not positive."""
    if value is not None and not 0 < value < float("inf"):
        raise HarnessError(f"{flag}: {value:g} was given; a positive number is needed.")
    return value


def geometry(
    pixel: float | None, energy: float | None, wavelength: float | None, distance: float | None, side: float | None
) -> Geometry:
    """What the options say, lengths in metres; HarnessError where they are not positive or say one thing twice."""
    if energy is not None and wavelength is not None:
        raise HarnessError("--energy and --wavelength say the same; give one of them.")
    volts = positive("--energy", energy)
    length = positive("--wavelength", wavelength)
    width, sides = positive("--pixel-size", pixel), positive("--detector-pixel", side)
    return Geometry(
        wavelength=length if volts is None else wavelength_of(volts),
        distance=positive("--distance", distance),
        detector_pixel=None if sides is None else (sides, sides),
        pixel=None if width is None else (width, width),
    )
