"""Atomic writing, reading and digests of JSON, NPZ, NPY and text files."""

import hashlib
import json
import math
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from harness import packed
from harness.errors import HarnessError
from harness.pipes import require_no_pipe

JsonObject = Mapping[str, Any]
"""A JSON object without a fixed set of keys, such as the facts that a port reports about itself."""


def write_atomic(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file that is either complete or absent: `write` fills a temporary file, which is renamed to `path`.

    Raises HarnessError when `path` is a pipe, a socket or a device.
    """
    require_no_pipe(path).parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def legible(path: Path) -> str:
    """The name of a file as text that every record can hold; bytes that are no UTF-8 become replacement characters."""
    return os.fsencode(path.name).decode("utf-8", "replace")


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, atomically."""

    def write(temporary: Path) -> None:
        temporary.write_text(text, encoding="utf-8")

    write_atomic(path, write)


def write_bytes(path: Path, contents: bytes) -> None:
    """Write `contents`, atomically."""

    def write(temporary: Path) -> None:
        temporary.write_bytes(contents)

    write_atomic(path, write)


def write_json(path: Path, value: Any) -> None:
    """Write `value` as JSON, atomically; `plain` says which types are allowed."""
    write_text(path, json.dumps(plain(value), indent=2, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file; raises HarnessError that names the file when it is missing or broken."""
    try:
        return json.loads(require_no_pipe(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise HarnessError(f"{path}: cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise HarnessError(f"{path}: is not JSON ({error}).") from error


def write_npz(path: Path, **arrays: Any) -> None:
    """Write arrays to an uncompressed NPZ, atomically and with the same bytes every time; `path` may have any name."""
    _write_npz(path, np.savez, arrays)


def write_compressed_npz(path: Path, **arrays: Any) -> None:
    """As `write_npz`, compressed: for files that are kept and seldom read."""
    _write_npz(path, np.savez_compressed, arrays)


def _write_npz(path: Path, save: Callable[..., None], arrays: Mapping[str, Any]) -> None:
    def write(temporary: Path) -> None:
        # opened here, since numpy adds .npz to a name without it and would write another file
        with temporary.open("wb") as stream:
            save(stream, **arrays)

    write_atomic(path, write)


def write_npy(path: Path, array: np.ndarray) -> None:
    """Write one array, atomically; `path` may have any name."""

    def write(temporary: Path) -> None:
        with temporary.open("wb") as stream:  # numpy adds .npy to a name, as it does .npz
            np.save(stream, array, allow_pickle=False)

    write_atomic(path, write)


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """Read every array of an NPZ file, packed or not, without unpickling; HarnessError when it is missing or broken."""
    try:
        # opened here, since numpy does not close its own handle when the file is broken
        with require_no_pipe(path).open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            return packed.unpacked(path, archive)
    except OSError as error:
        raise HarnessError(f"{path}: cannot be read ({error}).") from error
    except HarnessError:
        raise
    except Exception as error:  # numpy and zipfile raise many kinds for one broken file
        raise HarnessError(f"{path}: is not an NPZ of plain arrays ({load_problem(error)}).") from error


def read_npy(path: Path) -> np.ndarray:
    """Read an NPY file, packed or not, without unpickling; raises HarnessError when it is missing or broken."""
    try:
        with require_no_pipe(path).open("rb") as stream:
            if packed.is_archive(stream):
                return read_npz(path)[packed.ONE]
            return np.lib.format.read_array(stream, allow_pickle=False)
    except OSError as error:
        raise HarnessError(f"{path}: cannot be read ({error}).") from error
    except HarnessError:
        raise
    except Exception as error:  # numpy raises many kinds for one broken file
        raise HarnessError(f"{path}: is not a plain NumPy array ({load_problem(error)}).") from error


def load_problem(error: Exception) -> str:
    """Why NumPy could not load a file, without its advice to unpickle it, which may run code of a stranger."""
    return "it holds pickled Python objects" if "pickle" in str(error) else str(error) or "it is cut short"


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with require_no_pipe(path).open("rb", buffering=0) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON of `value`, in hexadecimal; equal values have equal digests."""
    text = json.dumps(plain(value), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def plain(value: Any) -> Any:
    """Convert records, NumPy scalars, arrays, paths, tuples, sets and mappings to the types of JSON.

    A number that is not finite becomes None.
    """
    if isinstance(value, BaseModel):
        return plain(value.model_dump())
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Path):
        return value.as_posix()
    return value
