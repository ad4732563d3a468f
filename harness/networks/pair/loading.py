"""From the factory that a scenario names to a port: imported, called, checked, and bound to its set-up."""

import importlib
import importlib.util
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.errors import HarnessError
from harness.networks.pair.sections import PairScenario, SideSpec
from harness.ports.protocol import CAPABILITIES, FIT, SEEN, Port, Setup

ROLES = ("reference", "candidate")


def create(name: str, setup: Setup) -> Port:
    """The port of the side of that name.

    Raises HarnessError, one sentence with the scenario's key and the user's own line, when the factory cannot be
    found, raises, or returns no port of the kind that the scenario names.
    """
    assert isinstance(setup.scenario, PairScenario)
    pair = setup.scenario.pair
    role = ROLES[pair.names.index(name)]
    spec: SideSpec = getattr(pair, role)
    where = f"pair.{role}.factory: {spec.factory}"
    _prepare(spec, setup)
    port = _called(_factory(spec.factory, setup.home, where), replace(setup, options=spec.options), where)
    return _bound(port, spec, setup, where)


def _prepare(spec: SideSpec, setup: Setup) -> None:
    """Bring the framework to the precision and the device of the set-up before the user's model is built."""
    if spec.port == "keras":
        from harness.toolkits.keras import device

        device.prepare(setup)
    elif spec.port == "torch":
        import torch

        from harness.toolkits.torch.device import DTYPES, prepare

        prepare(setup.device)
        torch.manual_seed(setup.seed)
        torch.set_default_dtype(DTYPES[setup.precision])


def _factory(text: str, home: Path | None, where: str) -> Callable[[Setup], Any]:
    source, _, name = text.rpartition(":")
    try:
        module = (
            _from_file(Path(home or ".", source), where) if source.endswith(".py") else importlib.import_module(source)
        )
    except HarnessError:
        raise
    except Exception as error:
        raise HarnessError(f"{where}: cannot be imported: {_last(error)}; install or mend what it imports.") from error
    factory: Callable[[Setup], Any] | None = getattr(module, name, None)
    if not callable(factory):
        known = ", ".join(sorted(key for key, value in vars(module).items() if callable(value) and key[0] != "_"))
        raise HarnessError(f"{where}: {source} holds no function {name!r}; it holds {known or 'none'}.")
    return factory


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


def _called(factory: Callable[[Setup], Any], setup: Setup, where: str) -> Any:
    try:
        return factory(setup)
    except HarnessError as error:
        raise HarnessError(f"{where}: {error}") from error
    except Exception as error:
        raise HarnessError(
            f"{where}: raised {_last(error)}; call it by hand with the same options to see why."
        ) from error


def _bound(port: Any, spec: SideSpec, setup: Setup, where: str) -> Port:
    if spec.port == "own":
        known = CAPABILITIES | {FIT, SEEN}
        if not isinstance(getattr(port, "capabilities", None), frozenset) or not port.capabilities <= known:
            raise HarnessError(
                f"{where}: returned {type(port).__name__}, whose `capabilities` are no frozenset of "
                f"{', '.join(sorted(known))}; see docs/adding-a-backend.md."
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
    except Exception as error:
        raise HarnessError(f"{where}: the first pass of its model raised {_last(error)}.") from error
    bound: Port = port
    return bound


def _last(error: Exception) -> str:
    """The error in one line, with the last place that is not of the harness or of an installed package."""
    text = " ".join(traceback.format_exception_only(error)[-1].split())
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_users(frame.filename)]
    return f"{text} ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else text


def _is_users(filename: str) -> bool:
    own = str(Path(__file__).parents[2])
    return not filename.startswith((own, "<")) and "site-packages" not in filename and "lib/python" not in filename
