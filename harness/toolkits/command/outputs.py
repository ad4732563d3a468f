"""Numbers that a command left in files, each named as `FILE:KEY`."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from harness.arrays import Array
from harness.errors import HarnessError


def read_outputs(folder: Path, places: Mapping[str, str], where: str) -> dict[str, Array]:
    """Read what a command left.

    Args:
        folder: the folder that the command was told to write to.
        places: what is read -> `FILE:KEY`, the file in the folder; an NPY file has no key, that of a JSON file may be
            dotted, that of a CSV file is a column.
        where: key of the scenario, for the message of an error.

    Raises:
        HarnessError: a file or a key is not there, or holds no numbers.
    """
    return {what: _numbers(folder, place, f"{where}.{what}: {place}") for what, place in places.items()}


def _numbers(folder: Path, place: str, where: str) -> Array:
    name, _, key = place.partition(":")
    path = folder / name
    if not path.is_file():
        left = ", ".join(sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()))
        raise HarnessError(f"{where}: the command left no such file; it left {left or 'none'}.")
    try:
        array = np.asarray(_value(path, key))
    except (KeyError, TypeError, IndexError) as error:
        raise HarnessError(f"{where}: the file holds no {key!r}.") from error
    except ValueError as error:
        raise HarnessError(f"{where}: cannot be read ({error}).") from error
    if array.dtype.kind not in "iufc":
        raise HarnessError(f"{where}: holds {array.dtype}; numbers are needed.")
    return array


def _value(path: Path, key: str) -> Any:
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            return arrays[key]
    if path.suffix == ".npy":
        return np.load(path, allow_pickle=False)
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".csv":
        return [float(row[key]) for row in csv.DictReader(text.splitlines())]
    value = json.loads(text)
    for part in key.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value
