"""The ports by name: the harness's own, and those that other distributions register as entry points.

A network of the harness keeps a port in the package `harness.networks.<network>.<name>`, whose module `port` holds the
factory `create`. Nothing is imported before a port is created, so listing the names is safe in any process.
"""

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from harness.errors import HarnessError
from harness.ports.protocol import Port, Setup
from harness.scenario.networks import PACKAGE

GROUP = "ptycho_parity.backends"
"""Entry points of this group name factories `(setup: Setup) -> Port`."""

FRAMEWORKS = {"tensorflow": ("tensorflow", "tensorflow-cpu", "keras", "numpy"), "torch": ("torch", "numpy")}
"""The names of the harness's own ports, and the distributions whose versions can change what each computes;
TensorFlow comes as either of two."""

INSTALL = {"tensorflow": "tensorflow-cpu", "torch": "torch"}
"""The distribution to install for a framework."""


def names() -> tuple[str, ...]:
    """Names of all ports, sorted; the harness's own replace entry points of the same name."""
    return tuple(sorted({*FRAMEWORKS, *entry_points(group=GROUP).names}))


def create(name: str, setup: Setup) -> Port:
    """Import a port and build it; HarnessError where `factory` raises it, or when the port cannot be built."""
    return factory(name, setup)(setup)


def factory(name: str, setup: Setup) -> Callable[[Setup], Port]:
    """Import what makes a port; nothing is built.

    Raises HarnessError for an unknown name, for a framework that is not installed, for a network without a port of
    that name, and for an entry point that cannot be imported.
    """
    if setup.scenario.sides is not None:
        from harness.networks.pair import loading

        return loading.factory(name, setup)
    return _own_factory(name, setup.scenario.network) if name in FRAMEWORKS else _loaded(_entry_point(name))


def module_of(name: str, network: str) -> str:
    """Name of the module with the harness's own port `name` of a network."""
    return f"{PACKAGE}.{network}.{name}.port"


def _own_factory(name: str, network: str) -> Callable[[Setup], Port]:
    module = module_of(name, network)
    try:
        own: Callable[[Setup], Port] = import_module(module).create
    except ModuleNotFoundError as error:
        if error.name in (module, module.rpartition(".")[0]):
            raise HarnessError(
                f"backend {name!r}: the network {network!r} has no port of that name in the harness; name a port "
                f"that an entry point of the group {GROUP} announces."
            ) from error
        if error.name is None or error.name.startswith("harness"):
            raise
        raise HarnessError(
            f"backend {name!r} needs the package {error.name!r}, which this interpreter lacks; install it with "
            f'`pip install "ptycho-parity[cpu]"` or `pip install {INSTALL[name]}`.'
        ) from error
    return own


def _loaded(point: EntryPoint) -> Callable[[Setup], Port]:
    try:
        loaded: Callable[[Setup], Port] = point.load()
    except (ImportError, AttributeError) as error:
        raise HarnessError(
            f"backend {point.name!r} (entry point {point.value}) cannot be imported: {error}; "
            "install what it requires, or correct the entry point."
        ) from error
    return loaded


def _entry_point(name: str) -> EntryPoint:
    points = entry_points(group=GROUP, name=name)
    if not points:
        raise HarnessError(
            f"backend {name!r} is unknown; known are {', '.join(names())}. Other backends are announced by an "
            f"entry point of the group {GROUP}."
        )
    return next(iter(points))
