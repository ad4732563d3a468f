"""Lists what is installed in a Python interpreter, from inside it, without importing any of it.

Run by its path in that interpreter (see `interpreters.inspect`), so it imports the standard library alone:
`PYTHON inventory.py '{"group": ..., "backend": ..., "distributions": [...], "modules": [...]}'` prints one JSON object.
"""

import hashlib
import importlib.util
import json
import platform
import re
import sys
from importlib import metadata
from pathlib import Path
from typing import Any, TypedDict


class Inventory(TypedDict):
    """What is installed in an interpreter, as far as one backend needs it."""

    python: str
    implementation: str
    distributions: dict[str, str | None]
    absent: list[str]
    entry_point: dict[str, str] | None
    """`value`, and `code`: the digest of the package's files."""
    package: str | None
    """Digest of the files of the package that was asked for."""
    entry_points: list[str]
    """Names of all backends that installed packages offer."""


def main(group: str, backend: str, distributions: list[str], modules: list[str], package: str = "") -> Inventory:
    """Versions of distributions (None: absent), modules that cannot be found, and the backend's entry point.

    Of a user's pair `package` is the module that holds the factory.
    """
    point = _entry_point(group, backend)
    wanted = [*distributions, *_with_requirements(point)]
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "distributions": {name: _version(name) for name in wanted},
        "absent": [name for name in modules if importlib.util.find_spec(name) is None],
        "entry_point": None if point is None else {"value": point.value, "code": _code_digest(point.module)},
        "package": _code_digest(package) if package else None,
        "entry_points": sorted(known.name for known in metadata.entry_points(group=group)),
    }


def _entry_point(group: str, name: str) -> Any:
    return next(iter(metadata.entry_points(group=group, name=name)), None)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _with_requirements(point: Any) -> list[str]:
    """The distribution of an entry point and those that it requires."""
    if point is None or point.dist is None:
        return []
    required = (text for text in point.dist.requires or [] if "extra ==" not in text)
    names = (re.match(r"[A-Za-z0-9._-]+", text) for text in required)
    return [point.dist.metadata["Name"], *(match[0] for match in names if match)]


def _code_digest(module: str) -> str:
    """SHA-256 over every file of the module's top-level package, wherever it is installed."""
    spec = importlib.util.find_spec(module.partition(".")[0])
    folders = [Path(folder) for folder in (spec.submodule_search_locations or []) if spec] if spec else []
    single = [Path(spec.origin)] if spec and spec.origin and not folders else []
    digest = hashlib.sha256()
    for path in single + sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        if "__pycache__" not in path.parts:
            digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


if __name__ == "__main__":
    del sys.path[0]  # this file's own folder
    print(json.dumps(main(**json.loads(sys.argv[1]))))
