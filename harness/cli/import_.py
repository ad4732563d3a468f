"""`import`: converts a measured data set to the NPZ contract."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.common import say
from harness.dataset import importers, npz, plausibility
from harness.errors import HarnessError


def import_(
    source: Annotated[
        Path, typer.Argument(metavar="FILE", help="NPZ, plain or .bz2, in tike's layout or nearly ours.")
    ],
    to: Annotated[Path, typer.Option("--to", help="The new file, whose name ends in .npz.")],
    detector: Annotated[
        int, typer.Option("--detector", help="Side of the detector to keep: 64, 128 or 256 pixels.")
    ] = 64,
) -> None:
    """Write a data set as the NPZ contract asks, and say what had to be converted.

    Example: python -m harness import measured.npz.bz2 --to measured_64.npz --detector 64
    """
    if to.suffix != ".npz":
        raise HarnessError(f"--to: the new file is named '{to.name}'; a name that ends in .npz is needed.")
    if detector not in npz.SIZES:
        raise HarnessError(f"--detector: {detector} was asked for; allowed are {', '.join(map(str, npz.SIZES))}.")
    if to.exists():
        raise HarnessError(f"--to: {to} is there already, and nothing is overwritten; name another file.")
    raw = importers.load(source, detector)
    npz.save(raw, to)
    for sentence in (*raw.notes, *raw.doubts):
        say(sentence)
    say(plausibility.figures(raw))
    say(f"{to}: {len(raw.diffraction)} patterns of {detector} x {detector}")
