"""The inventory of a folder: every file with its digest and arrays, and whether data sets keep the NPZ contract.

It is written as JSON for programs, Markdown for people, and CSV for a spreadsheet.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open

from harness import packed, templates
from harness.dataset import npz
from harness.dataset.archive import Header
from harness.errors import HarnessError
from harness.files import load_problem, read_npy
from harness.report.tables import Table
from harness.session import manifest

SCHEMA_VERSION = "1.0"
_ARCHIVES = (".npz", ".npz.bz2")
KEPT, BROKEN = "kept", "broken"
"""What the inventory says of the NPZ contract of a data set."""
HEADER = ("path", "bytes", "sha256", "modified", "array", "shape", "dtype", "contract")


def of_folder(folder: Path, timed: bool = True) -> dict[str, Any]:
    """The inventory of every file below a folder, except hidden files.

    With `timed`, each entry has the time of the last change of the file, which a copy of the file may not keep.
    Raises HarnessError when there is no such folder.
    """
    if not folder.is_dir():
        raise HarnessError(f"{folder}: is no folder; name a hub, or a folder of data sets.")
    files = [entry(folder, path, timed) for path in manifest.files(folder)]
    return {"schema_version": SCHEMA_VERSION, "files": files}


def entry(folder: Path, path: Path, timed: bool = True) -> dict[str, Any]:
    """The entry of one file: path below `folder`, size in bytes, SHA-256, arrays, and state of its NPZ contract."""
    name, state = path.relative_to(folder).as_posix(), path.stat()
    changed = datetime.fromtimestamp(state.st_mtime, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "path": name,
        "size": state.st_size,
        "sha256": manifest.digest_of(path),
        **({"modified": changed} if timed else {}),
        **_content(path, name),
    }


def _content(path: Path, name: str) -> dict[str, Any]:
    """`arrays`, and `contract` for a data set; `problem` for a file that cannot be read."""
    try:
        headers = _headers(path)
        held = {key: {"shape": list(of.shape), "dtype": str(of.dtype)} for key, of in headers.items()}
        return {"arrays": held, **_contract(path, held, name)} if held else {}
    except HarnessError as problem:
        return {"problem": str(problem).replace(str(path), name)}


def _headers(path: Path) -> dict[str, Header]:
    """Shape and type of every array of a file; of an archive nothing is read into memory."""
    if path.name.endswith(_ARCHIVES):
        derived = {key: Header(of.shape, np.dtype(of.dtype)) for key, of in packed.derived_at(path).items()}
        try:
            whole = {key: header for key, header in npz.headers(path).items() if header is not None}
        except HarnessError:
            if not derived:
                raise
            whole = {}
        return whole | derived
    return {key: Header(array.shape, array.dtype) for key, array in _arrays(path).items()}


def _arrays(path: Path) -> Mapping[str, np.ndarray]:
    if path.suffix == ".npy":
        return {"": read_npy(path)}
    try:
        if path.suffix == ".safetensors":
            with safe_open(path, framework="numpy") as held:
                return {key: held.get_tensor(key) for key in held.keys()}  # noqa: SIM118 - not a mapping
    except Exception as error:  # each library raises its own kinds for a broken file
        raise HarnessError(f"{path}: is broken ({load_problem(error)}).") from error
    return {}


def _contract(path: Path, held: Mapping[str, object], name: str) -> dict[str, Any]:
    """`contract`, and `problem` if it is broken, for a file with diffraction patterns; empty for any other file."""
    if "diff3d" not in held or not path.name.endswith(_ARCHIVES):
        return {}
    try:
        npz.validated(npz.read_arrays(path, npz.KEYS), name)
    except HarnessError as problem:
        return {"contract": BROKEN, "problem": str(problem).replace(str(path), name)}
    return {"contract": KEPT}


def problems(inventory: Mapping[str, Any]) -> list[str]:
    """A sentence for each file that cannot be read or breaks the contract."""
    return [found["problem"] for found in inventory["files"] if "problem" in found]


def markdown(inventory: Mapping[str, Any], title: str) -> str:
    """The inventory in Markdown: the problems first, then one row for each file and array."""
    table, files = Table.of(HEADER, _rows(inventory["files"])), len(inventory["files"])
    return templates.render("inventory.md", title=title, files=files, problems=problems(inventory), rows=table)


def as_csv(inventory: Mapping[str, Any]) -> str:
    """The inventory as CSV, one row for each file and array, for a spreadsheet."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([HEADER, *_rows(inventory["files"])])
    return text.getvalue()


def _rows(files: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    for one in files:
        own = (one["path"], str(one["size"]), one["sha256"], one.get("modified", ""))
        for key, array in one.get("arrays", {"": {"shape": "", "dtype": ""}}).items():
            shape = " x ".join(map(str, array["shape"]))
            yield (*own, key, shape, array["dtype"], one.get("contract", ""))
