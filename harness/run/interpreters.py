"""The Python interpreter of a backend: what is installed in it, and how it gets to import the harness.

Users keep one environment for each framework. Nothing is imported to find out what is installed in one:
`inventory.py` runs in its interpreter and reads the metadata of its distributions.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.errors import HarnessError
from harness.files import digest
from harness.networks import registry
from harness.run import environment
from harness.run.inventory import Inventory

REQUIREMENTS = ("numpy", "pydantic", "safetensors")
"""Modules that a worker needs beside its framework."""

PACKAGE = Path(__file__).parents[1]
_INVENTORY = Path(__file__).with_name("inventory.py")
_INVENTORY_SECONDS = 60


@dataclass(frozen=True)
class Interpreter:
    """A Python interpreter, and the versions in it that the results of one backend depend on."""

    path: Path
    python: str
    """Version of Python."""
    implementation: str
    distributions: Mapping[str, str]
    """Name to version of each distribution that a result depends on."""
    plugin_code: str | None = None
    """Digest of the files of a backend from another package; None for the harness's own backends."""

    @property
    def is_own(self) -> bool:
        """Whether the harness itself runs in it."""
        return self.path == Path(sys.executable)

    @property
    def cpu_build(self) -> bool:
        """Whether a framework in it is built for the CPU alone."""
        return "tensorflow-cpu" in self.distributions or self.distributions.get("torch", "").endswith("+cpu")


@cache
def this_interpreter(distributions: tuple[str, ...]) -> Interpreter:
    """The interpreter that the harness runs in, with the versions of some distributions."""
    return _interpreter(Path(sys.executable), _query(Path(sys.executable), "", distributions, ()))


@dataclass(frozen=True)
class Needs:
    """What a side of a user's pair needs of its interpreter."""

    distributions: tuple[str, ...]
    """Those whose versions the results depend on; some may be absent."""
    modules: tuple[str, ...]
    """Those that must be there."""
    package: str = ""
    """The module that holds the factory, whose package's bytes the results depend on; empty for a file."""


@cache
def inspect(backend: str, path: Path, needs: Needs | None = None) -> Interpreter:
    """Ask an interpreter what it has for a backend; asked once a session. `needs`: of a side of a user's pair.

    Raises HarnessError when it cannot be run, does not know the backend, or lacks the backend's framework or what
    a worker needs, with the command that installs it.
    """
    inventory = require_known(backend, path) if needs is None else _ask_for(backend, path, needs)
    if inventory["absent"]:
        raise HarnessError(_how_to_install(backend, path, inventory["absent"]))
    return _interpreter(path, inventory)


def _ask_for(backend: str, path: Path, needs: Needs) -> Inventory:
    return _query(path, backend, ("numpy", *needs.distributions), (*REQUIREMENTS, *needs.modules), needs.package)


def require_known(backend: str, path: Path) -> Inventory:
    """What an interpreter answers for a backend; raises HarnessError when it cannot be run or does not know it."""
    builtin = backend in registry.FRAMEWORKS
    distributions = registry.FRAMEWORKS[backend] if builtin else ()
    modules = (*REQUIREMENTS, backend) if builtin else REQUIREMENTS
    inventory = _query(path, backend, ("numpy", *distributions), modules)
    if not builtin and inventory["entry_point"] is None:
        known = ", ".join(sorted({*registry.FRAMEWORKS, *inventory["entry_points"]}))
        raise HarnessError(
            f"backend {backend!r} is unknown to {_described(path)}; it knows {known}. "
            f"Install the package that offers it (entry point group {registry.GROUP})."
        )
    return inventory


def _interpreter(path: Path, inventory: Inventory) -> Interpreter:
    installed = {name: version for name, version in sorted(inventory["distributions"].items()) if version is not None}
    point = inventory["entry_point"]
    return Interpreter(
        path,
        inventory["python"],
        inventory["implementation"],
        installed,
        inventory["package"] or (None if point is None else point["code"]),
    )


def _query(
    path: Path, backend: str, distributions: Sequence[str], modules: Sequence[str], package: str = ""
) -> Inventory:
    question = {
        "group": registry.GROUP,
        "backend": backend,
        "distributions": distributions,
        "modules": modules,
        "package": package,
    }
    command = [str(path), str(_INVENTORY), json.dumps(question)]
    try:
        done = subprocess.run(
            command,
            env={**environment.system(os.environ), IMPORT_PATH: os.environ.get(IMPORT_PATH, "")},
            capture_output=True,
            encoding="utf-8",
            timeout=_INVENTORY_SECONDS,
            check=False,
        )
        if done.returncode == 0:
            inventory: Inventory = json.loads(done.stdout)
            return inventory
        reason = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        reason = str(error)
    raise HarnessError(f"--parity-python {backend}={path}: is not a Python 3.11 or newer that can be run ({reason}).")


def _how_to_install(backend: str, path: Path, absent: Sequence[str]) -> str:
    """Error message for an interpreter that lacks modules, with the command that installs them."""
    if path == Path(sys.executable) and absent == [backend]:
        command = 'pip install "ptycho-parity[cpu]"'
    else:
        wanted = [registry.INSTALL.get(name, name) for name in absent]
        command = " ".join([str(path), "-m pip install", *wanted])
    return f"backend {backend}: {_described(path)} lacks {', '.join(absent)}; install with: {command}"


def _described(path: Path) -> str:
    return "this interpreter" if path == Path(sys.executable) else f"the interpreter {path}"


def import_folder(parent: Path, harness: Path | None = None) -> Path:
    """A folder that holds the packages `harness` and `ptycho_parity` and nothing else, for the import path of a worker.

    Another interpreter must not see the packages that are installed beside ours. It is the same folder for every worker
    of one package; where symbolic links cannot be made, it holds copies, and is another one once a file has changed.

    Args:
        parent: Folder in which it is made; its subfolder `imports`.
        harness: The package of another revision; None for this one.
    """
    harness = harness or PACKAGE
    packages = (harness, harness.with_name("ptycho_parity"))
    folder = parent / "imports" / digest(str(harness))[:16]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for package in packages:
            with contextlib.suppress(FileExistsError):
                (folder / package.name).symlink_to(package, target_is_directory=True)
    except OSError:
        return _copies(packages, folder.with_name(digest([str(harness), state_of(harness)])[:16]))
    return folder


def _copies(packages: Sequence[Path], folder: Path) -> Path:
    if folder.is_dir():
        return folder
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        for package in packages:
            shutil.copytree(package, Path(name, package.name), ignore=shutil.ignore_patterns("__pycache__"))
        with contextlib.suppress(OSError):  # another process has made them meanwhile
            Path(name).rename(folder)
    return folder


def state_of(package: Path) -> str:
    """Digest of names, sizes and times of change of a package's files: another one once a file has changed."""
    found = ((path, path.stat()) for path in sorted(package.resolve().rglob("*.py")))
    return digest([[str(path), state.st_size, state.st_mtime_ns] for path, state in found])


IMPORT_PATH = "PYTHONPATH"


def worker_environment(imports: Path) -> dict[str, str]:
    """What every process needs of this one's environment, the folder of `import_folder` first on its import path."""
    path = os.pathsep.join(filter(None, [str(imports), os.environ.get(IMPORT_PATH, "")]))
    return {**environment.system(os.environ), IMPORT_PATH: path}
