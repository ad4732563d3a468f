"""NeXus: patterns, distance and pixels of an NXdetector, sample positions x and y, the beam's energy or wavelength.

Groups are found by their `NX_class`, values in the units that stand beside them. x runs along the columns, y along the
rows; a raster scan has two axes of patterns, and x and y either for each or for each axis. A `pixel_mask` that is not
0 marks a bad pixel.
"""

from collections.abc import Iterator

import numpy as np

from harness.dataset.measured.found import Found
from harness.dataset.measured.geometry import Geometry
from harness.dataset.measured.held import Held, one_of
from harness.dataset.measured.layouts import reading
from harness.errors import HarnessError

Array = np.ndarray

_OF_SAMPLES = ("NXtransformations", "NXsample", "NXdata", "NXpositioner", "NXcollection", "NXdetector")
_AXES = {
    axis: (axis, f"sample_{axis}", f"sample{axis}", f"stage_{axis}", f"position_{axis}", f"pos{axis}", f"s{axis}")
    for axis in "xy"
}
_ENERGIES = ("incident_energy", "incident_beam_energy", "energy")
_WAVELENGTHS = ("incident_wavelength", "wavelength")


def recognise(held: Held) -> bool:
    """Whether there is a group of class NXentry with patterns."""
    return any(_groups(held, "NXentry")) and _patterns(held) is not None


def read(held: Held, source: str) -> Found:
    """Describe the data set; raises HarnessError for a file without positions."""
    patterns = _patterns(held) or ""
    names = [_axis(held, axis) for axis in "xy"]
    if names[0] is None or names[1] is None:
        raise HarnessError(
            f"{source}: '{patterns}' holds patterns, and no positions x and y of the sample were found; name them with "
            f"--key diff3d={patterns} --key xcoords=NAME --key ycoords=NAME."
        )
    header = held.headers[patterns]
    x, y = (_values(held, name, patterns, source) for name in names if name is not None)
    x, y = _spread(x, y, header.shape if header else ())
    masks = [f"{group}pixel_mask" for group in _groups(held, "NXdetector")]
    found = Found(
        [patterns],
        x,
        y,
        {"diff3d": patterns, "xcoords": names[0], "ycoords": names[1]},
        metres=True,
        geometry=_geometry(held),
        axes="MNN",
        counts=True,
        zero_frequency="middle",
        masks=[name for name in masks if name in held.headers],
        mask_marks="bad",
        layout="NeXus",
    )
    found.say(f"The layout is NeXus: '{names[0]}' was read as the column and '{names[1]}' as the row, in metres.")
    return found


def _groups(held: Held, kind: str) -> Iterator[str]:
    """The groups of a class, each as the beginning of the names of its arrays."""
    known = dict.fromkeys(name[: end + 1] for name in held.headers for end, sign in enumerate(name) if sign == "/")
    return (group for group in known if held.attribute(group.rstrip("/"), "NX_class") == kind)


def _patterns(held: Held) -> str | None:
    """The array with at least three axes of a detector, or of what is to be plotted."""
    for kind in ("NXdetector", "NXdata"):
        for group in _groups(held, kind):
            header = held.headers.get(f"{group}data")
            if header is not None and len(header.shape) in (3, 4) and header.dtype.kind in "iuf":
                return f"{group}data"
    return None


def _axis(held: Held, axis: str) -> str | None:
    for kind in _OF_SAMPLES:
        for group in _groups(held, kind):
            own = {name.removeprefix(group).lower(): name for name in held.headers if name.startswith(group)}
            if (found := one_of(dict.fromkeys(own), *_AXES[axis])) and _is_array(held, own[found]):
                return own[found]
    return None


def _is_array(held: Held, name: str) -> bool:
    header = held.headers[name]
    return header is not None and header.dtype.kind in "iuf" and int(np.prod(header.shape)) > 1


def _values(held: Held, name: str, patterns: str, source: str) -> Array:
    return reading.small(held, name, patterns, source).astype(np.float64) * reading.length_unit(held, name)


def _spread(x: Array, y: Array, shape: tuple[int, ...]) -> tuple[Array, Array]:
    """Positions of each pattern, where a raster scan has x and y for each of its axes alone."""
    if len(shape) == 4 and x.ndim == y.ndim == 1 and x.size * y.size == shape[0] * shape[1]:
        slow_x = x.size == shape[0] != shape[1]
        mesh = np.meshgrid(x, y, indexing="ij" if slow_x else "xy")
        x, y = mesh[0], mesh[1]
    return x.reshape(-1), y.reshape(-1)


def _geometry(held: Held) -> Geometry:
    places = [group for kind in ("NXbeam", "NXmonochromator", "NXinstrument") for group in _groups(held, kind)]
    direct = (reading.metres(held, f"{group}{name}", 1e-10) for group in places for name in _WAVELENGTHS)
    energies = (reading.wavelength(held, f"{group}{name}") for group in places for name in _ENERGIES)
    detector = next(iter(_groups(held, "NXdetector")), "")
    sides = [reading.metres(held, f"{detector}{axis}_pixel_size") for axis in "xy"]
    return Geometry(
        wavelength=next((length for length in (*energies, *direct) if length), None),
        distance=reading.metres(held, f"{detector}distance"),
        detector_pixel=reading.pair(*sides),
    )
