"""Numbers that a command left in files, each named as `FILE:KEY`."""

import csv
import json
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from harness.arrays import Array
from harness.errors import HarnessError, in_one_line
from harness.files import load_problem
from harness.pipes import require_no_pipe


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


def read_by_function(function: Callable[..., Any], folder: Path, stage: str, where: str) -> dict[str, Array]:
    """What a user's `function(folder, stage)` reads, after the stage `train` or `infer`: the names of `outputs`.

    Raises:
        HarnessError: it raises, or returns something else than a mapping of numbers; `where` names it in the message.
    """
    try:
        found = function(folder, stage)
    except (Exception, SystemExit) as error:
        raise HarnessError(f"{where}: raised {in_one_line(error)} for what {stage} left.") from error
    if not isinstance(found, Mapping):
        raise HarnessError(
            f"{where}: returned {type(found).__name__} for {stage}; return a dict such as "
            "{'history.loss': ...} or {'patches': ...}."
        )
    return {str(what): _array(value, f"{where}: {what}") for what, value in found.items()}


def _array(value: Any, where: str) -> Array:
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise HarnessError(f"{where}: is no array ({error}).") from error
    return _checked(array, where)


def _checked(array: Array, where: str) -> Array:
    if array.dtype == np.uint8:
        raise HarnessError(
            f"{where}: holds uint8, as a picture does; its values are rounded and scaled for the eye: take the numbers "
            "that it was drawn from."
        )
    if array.dtype.kind not in "iufc":
        raise HarnessError(f"{where}: holds {array.dtype}; numbers are needed.")
    return array


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
    except (ValueError, OSError, EOFError, BadZipFile, zlib.error) as error:
        raise HarnessError(f"{where}: cannot be read ({load_problem(error)}).") from error
    return _checked(array, where)


def _value(path: Path, key: str) -> Any:
    suffix = require_no_pipe(path).suffix.lower()
    if suffix == ".npz":
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            return arrays[key]
    if suffix == ".npy":
        return np.load(path, allow_pickle=False)
    text = path.read_text(encoding="utf-8")
    if suffix == ".csv":
        return [float(row[key]) for row in csv.DictReader(text.splitlines())]
    value = json.loads(text)
    for part in key.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value
