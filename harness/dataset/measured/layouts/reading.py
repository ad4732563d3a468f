"""What several layouts need to read: positions, probes, numbers with their units."""

import math

import numpy as np

from harness.dataset.measured.geometry import ELECTRON_VOLT, HC
from harness.dataset.measured.held import Held
from harness.errors import HarnessError

Array = np.ndarray

_MOST_POSITIONS, _MOST_OF_A_PROBE = 4, 1 << 24
"""Values that are read at most: positions a pattern, and values of a probe with all its modes."""
_LENGTHS = {
    "m": 1.0, "meter": 1.0, "meters": 1.0, "metre": 1.0, "metres": 1.0, "mm": 1e-3, "um": 1e-6, "µm": 1e-6, "μm": 1e-6,
    "micron": 1e-6, "microns": 1e-6, "micrometer": 1e-6, "nm": 1e-9, "nanometer": 1e-9, "pm": 1e-12, "a": 1e-10,
    "angstrom": 1e-10,
}  # fmt: skip
_ENERGIES = {"j": 1.0, "joule": 1.0, "ev": ELECTRON_VOLT, "kev": 1e3 * ELECTRON_VOLT, "mev": 1e6 * ELECTRON_VOLT}
_MOST_JOULES = 1e-10
"""No photon of a diffraction experiment has more; a larger number without a unit counts electron volts."""


def small(held: Held, name: str, patterns: str, source: str) -> Array:
    """Read positions; HarnessError where there are far more of them than patterns, or they are no real numbers."""
    require_positions(held, name, patterns, source)
    values = held.read(name)
    if values.dtype.kind not in "iuf":
        raise HarnessError(f"{source}: '{name}' is of type {values.dtype}; a real number a position is needed.")
    return values


def require_positions(held: Held, name: str, patterns: str, source: str) -> None:
    """Raise HarnessError for an array that is far too large for one position a pattern, before it is read."""
    header, of = held.headers[name], held.headers[patterns]
    shape = of.shape if of is not None else ()
    most = _MOST_POSITIONS * max([1, *shape, math.prod(shape[:-2])])
    if header is not None and math.prod(header.shape) > most:
        raise HarnessError(
            f"{source}: '{name}' has shape {header.shape}; one position a pattern is needed, and '{patterns}' has "
            f"shape {shape or 'none'}."
        )


def probe(held: Held, name: str, source: str) -> Array:
    """Read a probe; HarnessError where it is far too large for one."""
    require_probe(held, name, source)
    return held.read(name)


def require_probe(held: Held, name: str, source: str) -> None:
    """Raise HarnessError for an array that is far too large for a probe, before it is read."""
    header = held.headers[name]
    if header is not None and math.prod(header.shape) > _MOST_OF_A_PROBE:
        raise HarnessError(
            f"{source}: '{name}' has shape {header.shape}; a probe of at most {_MOST_OF_A_PROBE} values is allowed, "
            "with all its modes."
        )


def rows_and_columns(pairs: Array, where: str) -> tuple[Array, Array]:
    """The two columns of positions (M, 2) or (1, M, 2), as float64; HarnessError for another shape or type."""
    if pairs.ndim not in (2, 3) or pairs.shape[-1] not in (2, 3) or pairs.size != pairs.shape[-2] * pairs.shape[-1]:
        raise HarnessError(f"{where} has shape {pairs.shape}; (M, 2) is needed, a position a pattern.")
    columns = pairs.reshape(-1, pairs.shape[-1]).astype(np.float64)
    return columns[:, 0], columns[:, 1]


def metres(held: Held, name: str, scale: float = 1.0) -> float | None:
    """A length; its `units` count where they stand beside it, else `scale` metres."""
    value = held.number(name)
    return None if value is None else value * length_unit(held, name, scale)


def length_unit(held: Held, name: str, scale: float = 1.0) -> float:
    """Metres of the unit that stands beside an array, or `scale` if none does."""
    return _LENGTHS.get(_unit(held, name), scale)


def wavelength(held: Held, energy: str) -> float | None:
    """The wavelength in metres of the photon energy `energy`, joules unless its `units` or its size say otherwise."""
    value = held.number(energy)
    if value is None or not value > 0:
        return None
    plain = 1.0 if value < _MOST_JOULES else ELECTRON_VOLT
    return HC / (value * _ENERGIES.get(_unit(held, energy), plain))


def pair(width: float | None, height: float | None) -> tuple[float, float] | None:
    """Width and height, where one of them stands for both."""
    found = [length for length in (width, height) if length is not None]
    return (found[0], found[-1]) if found else None


def _unit(held: Held, name: str) -> str:
    unit = held.attribute(name, "units")
    return str(unit.item() if isinstance(unit, np.ndarray) and unit.size == 1 else unit).strip().lower()
