"""From the factory that a scenario names to a port: imported, called, checked, and bound to its set-up."""

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from harness.errors import HarnessError, in_one_line
from harness.ports.contract import Contract
from harness.ports.protocol import CAPABILITIES, FIT, MASK, SEEN, Port, Setup
from harness.scenario.pair import PairScenario, SideSpec

ROLES = ("reference", "candidate")
_FORKS: list[int] = []
"""One entry for each time that this process was forked."""
os.register_at_fork(after_in_parent=lambda: _FORKS.append(len(_FORKS)))


def factory(name: str, setup: Setup) -> Callable[[Setup], Port]:
    """What makes the port of the side of that name; the framework is brought to the set-up before its file is read.

    Raises HarnessError, one sentence with the scenario's key and the user's own line, when the factory cannot be
    found; so does what is returned, when the factory raises or returns no port of the kind that the scenario names.
    """
    assert isinstance(setup.scenario, PairScenario)
    pair = setup.scenario.pair
    role = ROLES[pair.names.index(name)]
    spec: SideSpec = getattr(pair, role)
    if spec.port == "command":
        from harness.toolkits.command.port import CommandPort

        key = f"pair.{role}.reader: {spec.reader}"
        reader = found(spec.reader, setup.home, key) if spec.reader else None
        port: Callable[[Setup], Any] = partial(CommandPort, spec=spec, where=f"pair.{role}", reader=reader)
        return port
    where = f"pair.{role}.factory: {spec.factory}"
    _prepare(spec, _as_it_computes(setup, spec))
    with _in_one_process(where):
        return partial(_made, found(spec.factory, setup.home, where), spec, where)


def _as_it_computes(setup: Setup, spec: SideSpec) -> Setup:
    """The set-up in the one precision in which a side computes, where it knows no other."""
    return replace(setup, precision="float32") if spec.precision else setup


def _made(called: Callable[[Setup], Any], spec: SideSpec, where: str, setup: Setup) -> Port:
    setup = _as_it_computes(setup, spec)
    _prepare(spec, setup)
    with _in_one_process(where):
        port = _called(called, replace(setup, options=spec.options), where)
    return _bound(port, spec, setup, where)


@contextmanager
def _in_one_process(where: str) -> Iterator[None]:
    """Refuse code that forks: a copy of this process that came back would do the whole job a second time."""
    process, before = os.getpid(), len(_FORKS)
    try:
        yield
    finally:
        if os.getpid() != process:
            os._exit(0)
    if len(_FORKS) > before:
        raise HarnessError(f"{where}: forked this process; start what you need beside it with `subprocess`.")


def _prepare(spec: SideSpec, setup: Setup) -> None:
    """Bring the framework to the precision and the device of the set-up before the user's model is built."""
    if spec.port == "keras":
        from harness.toolkits.keras import device

        device.prepare(setup)
    elif spec.port == "torch":
        from harness.toolkits.torch.device import prepare_model

        prepare_model(setup)


def found(text: str, home: Path | None, where: str) -> Callable[..., Any]:
    """The function that a scenario names, `FILE.py:FUNCTION` or `MODULE:FUNCTION`.

    Args:
        text: what the scenario says.
        home: the folder of the scenario, from which the file is named.
        where: the scenario's key and its value, for the message of a HarnessError when there is no such function.
    """
    source, _, name = text.rpartition(":")
    try:
        module = (
            _from_file(Path(home or ".", source), where) if source.endswith(".py") else importlib.import_module(source)
        )
    except HarnessError:
        raise
    except (Exception, SystemExit) as error:
        raise HarnessError(f"{where}: cannot be imported: {in_one_line(error)}; {_remedy(error, where)}.") from error
    function: Callable[..., Any] | None = getattr(module, name, None)
    if not callable(function):
        known = ", ".join(sorted(key for key, value in vars(module).items() if callable(value) and key[0] != "_"))
        raise HarnessError(f"{where}: {source} holds no function {name!r}; it holds {known or 'none'}.")
    return function


def _remedy(error: BaseException, where: str) -> str:
    if not isinstance(error, ModuleNotFoundError):
        return "mend what it imports"
    side = where.partition(":")[0].rpartition(".")[0]
    if side == "pair":  # the oracle, which is of no side
        return "install it"
    return f"install it, or name its folder, as seen from the scenario's, in {side}.environment.PYTHONPATH"


def _from_file(path: Path, where: str) -> Any:
    """The module of a file; its own folder is on the import path, so that it finds what lies beside it."""
    if not path.is_file():
        raise HarnessError(
            f"{where}: there is no file {path.name} in {path.parent.name}/; name one beside the scenario."
        )
    folder = str(path.parent.resolve())
    if folder not in sys.path:
        sys.path.append(folder)
    spec = importlib.util.spec_from_file_location(f"pair_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _called(called: Callable[[Setup], Any], setup: Setup, where: str) -> Any:
    try:
        return called(setup)
    except HarnessError as error:
        raise HarnessError(f"{where}: {error}") from error
    except (Exception, SystemExit) as error:
        raise HarnessError(
            f"{where}: raised {in_one_line(error)}; call it by hand with the same options to see why."
        ) from error


def _bound(port: Any, spec: SideSpec, setup: Setup, where: str) -> Port:
    if spec.port == "own":
        known = CAPABILITIES | {FIT, MASK, SEEN}
        if not isinstance(getattr(port, "capabilities", None), frozenset) or not port.capabilities <= known:
            raise HarnessError(
                f"{where}: returned {type(port).__name__}, whose `capabilities` are no frozenset of "
                f"{', '.join(sorted(known))}; see docs/adding-a-backend.md."
            )
        if not isinstance(getattr(port, "contract", None), Contract):
            raise HarnessError(
                f"{where}: returned {type(port).__name__}, whose `contract` is no Contract; see "
                "docs/adding-a-backend.md."
            )
        own: Port = port
        return own
    if getattr(port, "framework", None) != spec.port:
        wanted = {"keras": "KerasPort", "torch": "TorchPort"}[spec.port]
        raise HarnessError(f"{where}: returned {type(port).__name__}; `port: {spec.port}` needs a {wanted}.")
    try:
        port.bind(setup)
    except HarnessError:
        raise
    except (Exception, SystemExit) as error:
        raise HarnessError(f"{where}: the first pass of its model raised {in_one_line(error)}.") from error
    bound: Port = port
    return bound
