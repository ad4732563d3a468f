"""The catalogue: every fault by its id. A fault is one decorated function in a module of `harness.faults.groups`."""

import math
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from harness.errors import HarnessError
from harness.faults import groups
from harness.faults.faulty_port import FaultyPort
from harness.scenario.case import Case
from harness.scenario.networks import DEFAULT

NOWHERE = "none"
"""The rung of a control: a change that the judge must not see."""
ANY = None
"""The network of a fault that needs none: it acts on what every port is given, or on what every leg leaves."""

Inject = Callable[[FaultyPort], None]
_KNOWN: dict[str, "Fault"] = {}


@dataclass(frozen=True)
class Fault:
    """One way in which a port was broken."""

    id: str
    """`<group>.<name>`, never changed once published."""
    sentence: str
    """What it changes."""
    rung: str
    """The lowest rung that should be red; `NOWHERE` of a control."""
    network: str | None
    """The network whose stages, rules, sections or weights it names; `ANY` where it names none."""
    size: float | None
    """Its natural size, where it has one."""
    unit: str
    """What the size counts, and how the change grows with it."""
    quick: bool
    """Whether it belongs to the subset that every change of the harness is tried on."""
    profile: str
    """The profile in which it shows."""
    inject: Inject

    @property
    def is_control(self) -> bool:
        """Whether it changes nothing that matters."""
        return self.rung == NOWHERE

    @property
    def group(self) -> str:
        """The part of the id before the dot."""
        return self.id.partition(".")[0]

    def port(self, backend: str, size: float | None = None, leg: str = "") -> FaultyPort:
        """The changes that it makes to a side, at a size or its natural one."""
        port = FaultyPort(backend, self.size if size is None else size, leg)
        self.inject(port)
        return port

    def require_fits(self, case: Case) -> None:
        """Raise HarnessError for a case of another network than the fault's."""
        if self.network not in (ANY, case.scenario.network):
            raise HarnessError(
                f"--parity-fault: found {self.id}, a fault of the network {self.network}, for {case.id}, a case of the "
                f"network {case.scenario.network}; allowed: faults of that network or of any, which "
                "`python -m harness faults show ID` tells. Choose another fault or leave the case out with -k."
            )


@dataclass(frozen=True)
class Injected:
    """A fault in a side."""

    fault: Fault
    backend: str
    size: float | None = None
    """None for the natural one."""

    @property
    def text(self) -> str:
        """`ID` or `ID=SIZE`: what a job is told."""
        return self.fault.id if self.size is None else f"{self.fault.id}={self.size!r}"

    def __str__(self) -> str:
        return f"{self.text}@{self.backend}"

    def port(self, leg: str = "") -> FaultyPort:
        """The changes that it makes."""
        return self.fault.port(self.backend, self.size, leg)


def fault(
    id: str,  # noqa: A002 - the catalogue's own word
    *,
    rung: str,
    network: str | None = DEFAULT,
    size: float | None = None,
    unit: str = "",
    quick: bool = False,
    profile: str = "smoke",
) -> Callable[[Inject], Inject]:
    """Enter a function into the catalogue; see `Fault` for the arguments. Its docstring says what it changes."""

    def enter(inject: Inject) -> Inject:
        assert id not in _KNOWN, f"two faults are called {id}"
        assert (size is None) == (not unit), f"{id}: a size needs a unit, and a unit a size"
        _KNOWN[id] = Fault(id, (inject.__doc__ or "").strip(), rung, network, size, unit, quick, profile, inject)
        return inject

    return enter


@cache
def faults() -> dict[str, Fault]:
    """Every fault by id, sorted."""
    for module in pkgutil.iter_modules(groups.__path__, f"{groups.__name__}."):
        import_module(module.name)
    return dict(sorted(_KNOWN.items()))


def named(name: str) -> Fault:
    """The fault of an id; raises HarnessError for one that there is not."""
    if name not in faults():
        raise HarnessError(f"fault {name!r} is unknown; `python -m harness faults list` prints all {len(faults())}.")
    return faults()[name]


def parse(text: str, backends: Sequence[str]) -> Injected:
    """Read `ID[=SIZE][@BACKEND]`; the last of `backends`, the candidate, is broken unless another is named.

    Raises HarnessError for an unknown id or backend, and for a size where there is none or that is not a number.
    """
    rest, _, backend = text.partition("@")
    name, sign, size = rest.partition("=")
    if backend and backend not in backends:
        raise HarnessError(f"--parity-fault: found backend {backend!r} in {text!r}; allowed: {', '.join(backends)}.")
    found = named(name)
    return Injected(found, backend or backends[-1], _size(found, size, text) if sign else None)


def _size(found: Fault, size: str, text: str) -> float:
    if found.size is None:
        raise HarnessError(f"--parity-fault: {text!r} states a size, but {found.id} has none; leave it out.")
    try:
        value = float(size)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise HarnessError(f"--parity-fault: found size {size!r} in {text!r}; a number is needed ({found.unit}).")
    return value
