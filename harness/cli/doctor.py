"""`doctor`: what this machine has, what is missing, and how to get it."""

import os
import platform
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer

from harness import formatting
from harness.cli.common import Json, print_result, with_options
from harness.errors import HarnessError
from harness.networks import registry
from harness.report import assembly
from harness.run import cores, devices, interpreters, store
from harness.run.environment import OF_SCENARIO, of_user
from harness.session.request import Request

OPTIONAL = {"cdtools": 'pip install "ptycho-parity[cpu]"'}
"""Module to the command that installs it; only reference reconstructions of measured data need it."""
KERAS_FILES = (Path("~/.keras/keras.json"),)
"""Where Keras keeps what a user prefers."""


@with_options("python")
def doctor(as_json: Json = False, **options: Any) -> None:
    """Check frameworks, versions, devices and threads; exit status 1 when something is missing.

    Example: python -m harness doctor
    """
    found = _findings(Request.from_texts(Path.cwd(), **options))
    print_result(found, _lines(found), as_json)
    raise typer.Exit(1 if found["missing"] else 0)


def _lines(found: dict[str, Any]) -> Iterator[str]:
    rows = [
        [name, " ".join(f"{n} {v}" for n, v in side["versions"].items()), side["missing"] or "ready"]
        for name, side in found["backends"].items()
    ]
    yield formatting.table(("backend", "versions", "state"), rows)
    yield f"python {found['python']}, {found['cores']} cores, {found['threads']} thread a worker"
    yield f"GPUs: {', '.join(found['gpus']) or 'none'}"
    yield f"store: {found['store']}"
    yield from found["configuration"]
    yield from (f"missing: {sentence}" for sentence in found["missing"])


def _findings(request: Request) -> dict[str, Any]:
    backends = {name: _backend(name, request) for name in registry.names()}
    missing = [side["missing"] for side in backends.values() if side["missing"]]
    return {
        "python": platform.python_version(),
        "cores": cores.available(),
        "threads": cores.THREADS,
        "gpus": [f"gpu:{gpu.index} {gpu.name}" for gpu in devices.listed()],
        "store": str(store.location(None, Path.cwd())),
        "configuration": list(_configuration(os.environ)),
        "backends": backends,
        "missing": [*missing, *_missing_libraries()],
    }


def _configuration(variables: Mapping[str, str]) -> Iterator[str]:
    """What this user has configured of a framework, and what becomes of it."""
    for name, value in of_user(variables).items():
        if name not in cores.THREAD_VARIABLES:
            yield f"{name}={value}: each side gets it, and it is in every key"
    for name in OF_SCENARIO:
        if name in variables:
            yield f"{name}={variables[name]}: no side gets it; a scenario gives it under pair, environment"
    for path in KERAS_FILES:
        if path.expanduser().is_file():
            yield f"{path}: no side reads it"


def _backend(name: str, request: Request) -> dict[str, Any]:
    try:
        found = interpreters.inspect(name, request.interpreter(name))
    except HarnessError as reason:
        return {"versions": {}, "missing": str(reason)}
    return {"versions": dict(found.distributions), "missing": None}


def _missing_libraries() -> list[str]:
    sentences = [f"{name}: {command}" for name, command in OPTIONAL.items() if find_spec(name) is None]
    try:
        assembly.require_libraries()
    except HarnessError as reason:
        sentences.append(str(reason))
    return sentences
