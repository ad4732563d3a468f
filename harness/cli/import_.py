"""`import`: converts a measured data set to the NPZ contract."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from harness.cli import laboratory
from harness.cli.common import say
from harness.cli.laboratory import DetectorPixel, Distance, Energy, Wavelength
from harness.dataset import npz
from harness.dataset.measured import importers, plausibility
from harness.dataset.measured.stated import NAMES, Stated
from harness.errors import HarnessError


class Place(StrEnum):
    """Where the zero frequency lies."""

    middle = "middle"
    corner = "corner"


class Axes(StrEnum):
    """The order of the patterns' axes."""

    MNN = "MNN"
    NNM = "NNM"


def _option(flag: str, text: str) -> typer.models.OptionInfo:
    return typer.Option(flag, help=text)


def import_(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="NPZ (plain or .bz2), HDF5, CXI, NeXus, .ptyd or MATLAB 7.3; a second file adds keys.",
        ),
    ],
    to: Annotated[Path, _option("--to", "The new file, whose name ends in .npz.")],
    detector: Annotated[int, _option("--detector", "Side of the detector to keep: 64, 128 or 256 pixels.")] = 64,
    zero_frequency: Annotated[
        Place | None, _option("--zero-frequency", "Where the detector's zero frequency lies: index N/2, or index 0.")
    ] = None,
    counts: Annotated[
        bool | None, typer.Option("--counts/--amplitudes", help="What the patterns hold; whole numbers are counts.")
    ] = None,
    photons: Annotated[
        float | None, _option("--photons", "Mean photons of a pattern, where the patterns have another scale.")
    ] = None,
    axes: Annotated[Axes | None, _option("--axes", "Order of the patterns' axes; M counts the patterns.")] = None,
    pixel_size: Annotated[
        float | None, _option("--pixel-size", "Pixel of the object grid in metres, for positions in metres.")
    ] = None,
    energy: Energy = None,
    wavelength: Wavelength = None,
    distance: Distance = None,
    detector_pixel: DetectorPixel = None,
    mask: Annotated[
        str | None, _option("--mask", "Key of the mask of bad pixels, or an NPY file; what most pixels hold is good.")
    ] = None,
    key: Annotated[
        list[str] | None, _option("--key", "Another name of a key, as diff3d=entry/data; NAME:0 is a column.")
    ] = None,
) -> None:
    """Write a data set as the NPZ contract asks, and say what had to be converted.

    Example: python -m harness import scan.cxi --to scan_64.npz --detector 64 --pixel-size 8e-9
    """
    if to.suffix != ".npz":
        raise HarnessError(f"--to: the new file is named '{to.name}'; a name that ends in .npz is needed.")
    if detector not in npz.SIZES:
        raise HarnessError(f"--detector: {detector} was asked for; allowed are {', '.join(map(str, npz.SIZES))}.")
    if to.exists():
        raise HarnessError(f"--to: {to} is there already, and nothing is overwritten; name another file.")
    stated = Stated(
        zero_frequency=None if zero_frequency is None else zero_frequency.value,
        counts=counts,
        axes=None if axes is None else axes.value,
        photons=laboratory.positive("--photons", photons),
        mask=mask,
        keys=_keys(key or []),
        geometry=laboratory.geometry(pixel_size, energy, wavelength, distance, detector_pixel),
        strict=True,
    )
    raw = importers.load(sources, detector, stated)
    npz.save(raw, to)
    for sentence in (*raw.notes, *raw.doubts):
        say(sentence)
    say(plausibility.figures(raw))
    say(f"{to}: {len(raw.diffraction)} patterns of {detector} x {detector}")


def _keys(pairs: list[str]) -> dict[str, str]:
    """What the file calls each key, from `NAME=KEY`."""
    named = dict(pair.partition("=")[::2] for pair in pairs)
    for pair in pairs:
        name, _, other = pair.partition("=")
        if name not in NAMES or not other:
            raise HarnessError(f"--key: '{pair}' was given; NAME=KEY is needed, where NAME is {', '.join(NAMES)}.")
    return {name: other.strip("/") for name, other in named.items()}
