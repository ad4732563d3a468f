"""The backends by name: the two of the harness, and those that other distributions announce.

Nothing is imported before a backend is created, so listing the names is safe in any process.
"""

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from harness.backends.protocol import Backend, Setup
from harness.errors import HarnessError

GROUP = "ptycho_parity.backends"
"""Entry points of this group name factories `(setup: Setup) -> Backend`."""

BUILTIN = {
    "tensorflow": "harness.backends.tensorflow.backend:TensorFlowBackend",
    "torch": "harness.backends.torch.backend:TorchBackend",
}
FRAMEWORKS = {"tensorflow": ("tensorflow", "tensorflow-cpu", "keras", "numpy"), "torch": ("torch", "numpy")}
"""Distributions whose versions can change what a backend computes; TensorFlow comes as either of two."""

INSTALL = {"tensorflow": "tensorflow-cpu", "torch": "torch"}
"""The distribution that brings a framework on its own."""


def names() -> tuple[str, ...]:
    """Names of all backends, sorted; the harness's own win over entry points of the same name."""
    return tuple(sorted({*BUILTIN, *entry_points(group=GROUP).names}))


def create(name: str, setup: Setup) -> Backend:
    """Import a backend and build it.

    Raises HarnessError for an unknown name, for a framework that is not installed, and for an
    entry point that cannot be imported.
    """
    return _factory(name)(setup)


def _factory(name: str) -> Callable[[Setup], Backend]:
    if name not in BUILTIN:
        return _loaded(_entry_point(name))
    module, attribute = BUILTIN[name].split(":")
    try:
        factory: Callable[[Setup], Backend] = getattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("harness"):
            raise
        raise HarnessError(
            f"backend {name!r} needs the package {error.name!r}, which this interpreter lacks; install it with "
            f'`pip install "ptycho-parity[cpu]"` or `pip install {INSTALL[name]}`.'
        ) from error
    return factory


def _loaded(point: EntryPoint) -> Callable[[Setup], Backend]:
    try:
        factory: Callable[[Setup], Backend] = point.load()
    except (ImportError, AttributeError) as error:
        raise HarnessError(
            f"backend {point.name!r} (entry point {point.value}) cannot be imported: {error}; "
            "install what it requires, or correct the entry point."
        ) from error
    return factory


def _entry_point(name: str) -> EntryPoint:
    points = entry_points(group=GROUP, name=name)
    if not points:
        raise HarnessError(
            f"backend {name!r} is unknown; known are {', '.join(names())}. Other backends are announced by an "
            f"entry point of the group {GROUP}."
        )
    return next(iter(points))
