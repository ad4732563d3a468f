"""`export`: writes a data set of the NPZ contract in the layout of another program."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from harness.cli import laboratory
from harness.cli.common import say
from harness.cli.laboratory import DetectorPixel, Distance, Energy, Wavelength
from harness.dataset import npz
from harness.dataset.measured import export as exporting
from harness.errors import HarnessError


class Layout(StrEnum):
    """The layouts that are written."""

    ptychopinn = "ptychopinn"
    ptypy = "ptypy"
    cxi = "cxi"


def export(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="NPZ that keeps the contract, as import writes it.")],
    to: Annotated[Path, typer.Option("--to", help="The new file: .npz, .ptyd or .cxi.")],
    layout: Annotated[Layout, typer.Option("--layout", help="Whose layout it gets.")],
    energy: Energy = None,
    wavelength: Wavelength = None,
    distance: Distance = None,
    detector_pixel: DetectorPixel = None,
) -> None:
    """Write a data set for another program, and say what its layout does not hold.

    Example: python -m harness export scan_64.npz --to scan_64.cxi --layout cxi --energy 8000
    """
    if to.exists():
        raise HarnessError(f"--to: {to} is there already, and nothing is overwritten; name another file.")
    known = laboratory.geometry(None, energy, wavelength, distance, detector_pixel)
    raw = npz.validated(npz.read_arrays(source, npz.KEYS), source.name)
    for sentence in exporting.write(raw, to, layout.value, known):
        say(sentence)
    say(f"{to}: {len(raw.diffraction)} patterns of {raw.diffraction.shape[1]} x {raw.diffraction.shape[1]}")
