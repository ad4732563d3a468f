"""ptypy's `.ptyd`: `chunks/0/data` counts, `positions` (M, 2) as row, column in metres, `weights`, and `meta`.

The energy is in keV, lengths in metres; `meta/center` is the pixel of the zero frequency as row, column. Weights that
are not 0 mark good pixels. A `.ptyd` keeps no probe.
"""

import numpy as np

from harness.dataset.measured.found import Found
from harness.dataset.measured.geometry import ELECTRON_VOLT, HC, Geometry, wavelength_of
from harness.dataset.measured.held import Held
from harness.dataset.measured.layouts import reading
from harness.dataset.npz import RawData
from harness.errors import HarnessError

Array = np.ndarray


def recognise(held: Held) -> bool:
    """Whether there is a chunk of patterns."""
    return bool(_chunks(held))


def read(held: Held, source: str) -> Found:
    """Describe the data set; raises HarnessError for a chunk without positions."""
    chunks = _chunks(held)
    positions = [_positions(held, chunk, source) for chunk in chunks]
    y, x = (np.concatenate([pair[axis] for pair in positions]) for axis in (0, 1))
    patterns = [f"{chunk}/data" for chunk in chunks]
    key = f"{chunks[0]}/positions"
    found = Found(
        patterns,
        x,
        y,
        {"diff3d": patterns[0], "xcoords": key, "ycoords": key},
        metres=True,
        geometry=_geometry(held),
        axes="MNN",
        counts=True,
        zero_frequency="middle",
        centre=_centre(held),
        masks=_masks(held, chunks),
        layout="ptypy's",
        read={f"{chunk}/positions" for chunk in chunks},
    )
    found.say(f"The layout is ptypy's: {len(chunks)} chunk(s), positions were read as (row, column) in metres.")
    return found


def _chunks(held: Held) -> list[str]:
    numbers = [name.split("/")[1] for name in held.headers if name.startswith("chunks/") and name.endswith("/data")]
    return [f"chunks/{number}" for number in sorted(filter(str.isdigit, numbers), key=int)]


def _positions(held: Held, chunk: str, source: str) -> tuple[Array, Array]:
    name = f"{chunk}/positions"
    if name not in held.headers:
        raise HarnessError(f"{source}: lacks '{name}'; let ptypy write the positions with the patterns.")
    return reading.rows_and_columns(reading.small(held, name, f"{chunk}/data", source), f"{source}: '{name}'")


def _geometry(held: Held) -> Geometry:
    energy, sides = held.number("meta/energy"), _numbers(held, "meta/psize")
    return Geometry(
        wavelength=wavelength_of(1e3 * energy) if energy else None,
        distance=held.number("meta/distance"),
        detector_pixel=(sides[-1], sides[0]) if sides else None,
    )


def _centre(held: Held) -> tuple[float, float] | None:
    centre = _numbers(held, "meta/center")
    return (centre[0], centre[-1]) if centre else None


def _numbers(held: Held, name: str) -> list[float]:
    header = held.headers.get(name)
    if header is None or header.dtype.kind not in "iuf" or not 1 <= int(np.prod(header.shape)) <= 2:
        return []
    values = held.read(name).reshape(-1).astype(np.float64)
    return values.tolist() if np.isfinite(values).all() else []


def _masks(held: Held, chunks: list[str]) -> list[str]:
    """The weights of each chunk that has some; ptypy leaves an empty array where there are none."""
    found = []
    for chunk in chunks:
        weights, patterns = (held.headers.get(f"{chunk}/{name}") for name in ("weights", "data"))
        if weights is not None and patterns is not None and weights.shape[-2:] == patterns.shape[-2:]:
            found.append(f"{chunk}/weights")
    return found


def tree(raw: RawData, geometry: Geometry, pixel: tuple[float, float]) -> tuple[dict[str, object], str]:
    """The small arrays of a `.ptyd` by their paths, and the path of its patterns.

    `geometry` is known whole; `pixel` are the metres of a pixel of the object grid.
    """
    M, N = raw.diffraction.shape[:2]
    width, height = geometry.detector_pixel or (1.0, 1.0)
    numbers = {
        "meta/num_frames": M,
        "meta/energy": HC / (geometry.wavelength or 1.0) / (1e3 * ELECTRON_VOLT),
        "meta/distance": geometry.distance,
    }
    good = np.ones((N, N), bool) if raw.mask is None else raw.mask
    small: dict[str, object] = {
        **numbers,
        **{f"{name}@type": "scalar" for name in numbers},
        "meta/psize": np.array([height, width]),
        "meta/center": np.array([N / 2, N / 2]),
        "meta/shape": np.array([N, N]),
        "chunks/0/indices": np.arange(M),
        "chunks/0/positions": np.stack([raw.y * pixel[1], raw.x * pixel[0]], axis=1),
        "chunks/0/weights": np.repeat(good[None].astype(np.uint8), M, axis=0),
    }
    return small, "chunks/0/data"
