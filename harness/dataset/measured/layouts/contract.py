"""The contract's own layout and what PtychoPINN writes beside it: `diffraction`, a channel axis, HDF5 `raw_data/`."""

import re
from collections.abc import Callable, Mapping

import numpy as np

from harness.dataset.measured.found import Found
from harness.dataset.measured.held import Held, one_of
from harness.dataset.measured.layouts import reading
from harness.dataset.npz import MASK, REQUIRED, TRUTH
from harness.errors import HarnessError

Array = np.ndarray

OTHER_NAMES = {"diff3d": "diffraction"}
_BAD = "bad_pixels"
_RAW = "raw_data/"
"""The group of PtychoPINN's HDF5 files that holds the keys of its NPZ."""
NAMED = {"diff3d", "xcoords", "ycoords"}
"""The keys with which a person names a data set of any layout; without a name for the probe, one is guessed."""
_COLUMN = re.compile(r"(.+):(\d+)")
_LISTED = 12


def recognise(held: Held) -> bool:
    """Whether all keys that are needed are there, by their own names."""
    return any(all(_name(held, prefix, key) in held.headers for key in REQUIRED) for prefix in ("", _RAW))


def read(held: Held, source: str, keys: Mapping[str, str]) -> Found:
    """Describe the data set; `keys` are a person's own names. Raises HarnessError for a missing key."""
    prefix = _RAW if f"{_RAW}xcoords" in held.headers and "xcoords" not in held.headers else ""
    names = {key: keys.get(key) or _name(held, prefix, key) for key in REQUIRED}
    if keys.keys() >= NAMED and "probeGuess" not in keys and names["probeGuess"] not in held.headers:
        del names["probeGuess"]
    _require(held, names, source)
    patterns = names["diff3d"]
    for key in ("xcoords", "ycoords"):
        reading.require_positions(held, column(names[key])[0], patterns, source)
    if "probeGuess" in names:
        reading.require_probe(held, names["probeGuess"], source)
    x, y = (_positions(held, names[key], patterns, source) for key in ("xcoords", "ycoords"))
    found = Found([patterns], x, y, names)
    if "probeGuess" in names:
        found.probe = reading.probe(held, names["probeGuess"], source)
    _optional(held, found, prefix, keys)
    if names["diff3d"].removeprefix(prefix) != "diff3d" and "diff3d" not in keys:
        found.say(f"The patterns were found as '{names['diff3d']}' and taken for 'diff3d'.")
    for key, values in (("xcoords", found.x), ("ycoords", found.y)):
        if values.dtype != np.float64 and values.dtype.kind in "iuf":
            found.say(f"'{found.called(key)}' is of type {values.dtype} and was taken as float64.")
    return found


def overlay(found: Found, held: Held, source: str, keys: Mapping[str, str]) -> None:
    """Put what a person named in the place of what a layout found; HarnessError for a name that is not there."""
    _require(held, {key: keys[key] for key in REQUIRED if key in keys}, source)
    found.names |= keys
    if "diff3d" in keys:
        found.patterns = [keys["diff3d"]]
    for key, side in (("xcoords", "x"), ("ycoords", "y")):
        if key in keys:
            setattr(found, side, _positions(held, keys[key], found.patterns[0], source))
    if "probeGuess" in keys:
        found.probe = reading.probe(held, keys["probeGuess"], source)
    if "scan_index" in keys:
        found.scan_index = held.read(keys["scan_index"])


def column(name: str) -> tuple[str, int | None]:
    """The array and the column that `NAME:COLUMN` means; no column where none is named."""
    match = _COLUMN.fullmatch(name)
    return (match[1], int(match[2])) if match else (name, None)


def _positions(held: Held, name: str, patterns: str, source: str) -> Array:
    array, index = column(name)
    values = reading.small(held, array, patterns, source)
    if index is not None:
        if values.ndim != 2 or index >= values.shape[1]:
            raise HarnessError(f"{source}: '{array}' has shape {values.shape}; it has no column {index}.")
        values = values[:, index]
    return values.reshape(-1) if values.ndim == 2 and 1 in values.shape else values


def _name(held: Held, prefix: str, key: str) -> str:
    return one_of(held.headers, prefix + key, prefix + OTHER_NAMES.get(key, key)) or prefix + key


def _optional(held: Held, found: Found, prefix: str, keys: Mapping[str, str]) -> None:
    """The other keys: no pickled ones, as PtychoPINN writes None."""
    plain = {name for name, header in held.headers.items() if header is not None and not header.dtype.hasobject}
    for key, name in (("scan_index", keys.get("scan_index", f"{prefix}scan_index")), ("object", f"{prefix}{TRUTH}")):
        if name in plain:
            setattr(found, key, held.read(name))
            found.read.add(name)
    if mask := one_of(dict.fromkeys(plain), f"{prefix}{MASK}", f"{prefix}{_BAD}"):
        found.masks, found.mask_marks = [mask], "bad" if mask.endswith(_BAD) else "good"


def _require(held: Held, names: Mapping[str, str], source: str) -> None:
    missing = [key for key, name in names.items() if column(name)[0] not in held.headers]
    if not missing:
        return
    wanted = " and ".join(f"'{names[key]}'" + _or(names[key]) for key in missing)
    listed = sorted(held.headers)
    more = f" and {len(listed) - _LISTED} more" if len(listed) > _LISTED else ""
    raise HarnessError(
        f"{source}: lacks {wanted}; found {', '.join(map(_described(held), listed[:_LISTED])) or 'nothing'}{more}. "
        f"Name what is called otherwise, as --key {missing[0]}=NAME."
    )


def _or(name: str) -> str:
    return f" (or '{OTHER_NAMES[name]}')" if name in OTHER_NAMES else ""


def _described(held: Held) -> Callable[[str], str]:
    def described(name: str) -> str:
        header = held.headers[name]
        return name if header is None or not header.shape else f"{name} {'x'.join(map(str, header.shape))}"

    return described
