"""Writing a data set of the contract in the layout of another program; what that layout cannot hold is said."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from harness.dataset import npz
from harness.dataset.measured import hdf5_file
from harness.dataset.measured.geometry import Geometry
from harness.dataset.measured.layouts import cxi, ptypy
from harness.dataset.npz import RawData
from harness.errors import HarnessError

LAYOUTS = {"ptychopinn": (".npz",), "ptypy": (".ptyd", ".h5"), "cxi": (".cxi", ".h5")}
"""Layouts that are written, and how their files are called."""

ASSUMED = Geometry(wavelength=1e-10, distance=1.0, detector_pixel=(75e-6, 75e-6))
"""What stands in a file whose laboratory is unknown; in pixels of the object grid it changes nothing."""


def write(raw: RawData, path: Path, layout: str, geometry: Geometry) -> tuple[str, ...]:
    """Write a data set in a layout of `LAYOUTS`, from which `importers.load` reads it back exactly, to float32.

    Args:
        raw: the data set.
        path: the new file.
        layout: one of `LAYOUTS`.
        geometry: wavelength, distance and detector pixel, for the layouts whose positions are in metres; what is not
            known is taken from `ASSUMED`.

    Returns one sentence for each thing that the layout does not hold or that had to be assumed.

    Raises HarnessError for a name that the layout does not have, and for a file that cannot be written.
    """
    if path.suffix not in LAYOUTS[layout]:
        ends = " or ".join(LAYOUTS[layout])
        raise HarnessError(f"--to: the new file is named '{path.name}'; a name that ends in {ends} is needed.")
    if layout == "ptychopinn":
        npz.save(raw, path)
        return tuple(_of_ptychopinn(raw))
    whole, assumed = _whole(geometry)
    pixel = whole.object_pixel(raw.diffraction.shape[-1], path.name) or (1.0, 1.0)
    tree, patterns = {"cxi": cxi, "ptypy": ptypy}[layout].tree(raw, whole, pixel)
    hdf5_file.save(path, tree, patterns, raw.diffraction)
    return (*assumed, *_left_out(raw, layout))


def _whole(geometry: Geometry) -> tuple[Geometry, tuple[str, ...]]:
    lacking = geometry.missing()
    whole = replace(geometry, pixel=None).over(ASSUMED)
    if not lacking or whole.detector_pixel is None:
        return whole, ()
    told = (
        f"Nothing was said of {lacking}, so the file holds wavelength {whole.wavelength:g} m, distance "
        f"{whole.distance:g} m and detector pixel {whole.detector_pixel[0]:g} m; pixel by pixel, what is reconstructed "
        "from it is the same."
    )
    return whole, (told,)


def _of_ptychopinn(raw: RawData) -> list[str]:
    notes = []
    if raw.object is None:
        notes.append("The data set has no objectGuess, which PtychoPINN's PyTorch loader wants; add one before.")
    if raw.mask is not None:
        notes.append("PtychoPINN reads no mask: bad pixels count 0 photons there, so its loss fits them as dark.")
    return notes


def _left_out(raw: RawData, layout: str) -> list[str]:
    lost = {
        "the object": raw.object is not None,
        "the scan indexes": bool(np.ptp(raw.scan_index)),
        "the probe": layout == "ptypy",
    }
    names = [name for name, is_lost in lost.items() if is_lost]
    return [f"{layout} has no place for {' and '.join(names)}, which was left out."] if names else []
