"""The catalogue: every fault by its id. A fault is one decorated function in a module of `harness.faults.groups`."""

import math
import pkgutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from harness.errors import HarnessError
from harness.faults import groups
from harness.faults.faulty_port import FaultyPort
from harness.scenario.case import Case
from harness.scenario.keys import similar
from harness.scenario.networks import DEFAULT

NOWHERE = "none"
"""The rung of a control: no rung may be red."""
ANY = None
"""The network of a fault for all networks: one that changes inputs or output files alone."""

REAL = "real"
"""The group of the replays of bugs that were found in public ports."""
SPEC = "spec"
"""The rung that compares what the sides say of themselves, before any number is computed."""

Inject = Callable[[FaultyPort], None]
_KNOWN: dict[str, "Fault"] = {}


@dataclass(frozen=True)
class RealBug:
    """What is known of a fault that was found in a public port, and what the report has to say of it."""

    sources: tuple[str, ...]
    """The public threads that it was found in, as `owner/name#number`, or the name of the package."""
    causes: tuple[str, ...]
    """Words for its cause; it counts as named where the report holds one of them. `{other}` is the sound side."""
    sides: tuple[str, ...]
    """The sides that can have it; empty for both."""
    open: str = ""
    """Of one that is red elsewhere than expected: why, as the first runs showed; empty for any other."""

    def names_cause(self, said: str, other: str) -> bool:
        """Whether a text holds one of the words, in capitals or not."""
        return any(cause.format(other=other).lower() in said.lower() for cause in self.causes)


@dataclass(frozen=True)
class Fault:
    """One fault of the catalogue: a way to break a port."""

    id: str
    """`<group>.<name>`, never changed once published."""
    sentence: str
    """What the fault changes, in one sentence: the docstring of its function."""
    rungs: tuple[str, ...]
    """The rungs of which one should be the lowest that is red, the most likely first; `NOWHERE` for a control."""
    network: str | None
    """The network whose stages, rules, sections or weights the fault changes; `ANY` if it fits all networks."""
    size: float | None
    """Default size of the fault; None for a fault without a size."""
    unit: str
    """Meaning of the size, such as `relative excess of the rate`; empty without a size."""
    quick: bool
    """Whether the fault belongs to the quick subset, which is run for every change of the harness."""
    profile: str
    """The profile in which the fault is run."""
    inject: Inject
    case: str | None = None
    """The case that it is tried on; None for that of its network."""
    real: RealBug | None = None
    """Of a replay of a bug that was found in a public port: what is known of it; None for any other fault."""

    @property
    def rung(self) -> str:
        """The lowest rung that should be red; `NOWHERE` for a control."""
        return self.rungs[0]

    @property
    def is_control(self) -> bool:
        """Whether the fault is a control: a change of the code that does not change the results."""
        return self.rung == NOWHERE

    @property
    def group(self) -> str:
        """The part of the id before the dot."""
        return self.id.partition(".")[0]

    def port(self, backend: str, size: float | None = None, leg: str = "") -> FaultyPort:
        """The changes that the fault makes to a side, with the given size or, for None, its default size."""
        port = FaultyPort(backend, self.size if size is None else size, leg, stated=self.real is not None)
        self.inject(port)
        return port

    def is_told(self, red: Sequence[str]) -> bool:
        """Whether the contract of a port tells of a real bug that its thread expects numbers alone to show.

        A port made from a model states the settings of its layers, so that rung `spec` is red before the one expected.
        """
        return self.real is not None and SPEC not in self.rungs and tuple(red[:1]) == (SPEC,)

    def expects(self, red: Sequence[str]) -> bool:
        """Whether the lowest red rung is an expected one; a rung `spec` that tells of a real bug is passed by."""
        if self.is_control:
            return not red
        shown = red[1:] if self.is_told(red) else red
        return bool(shown) and shown[0] in self.rungs

    def require_fits(self, case: Case) -> None:
        """Raise HarnessError if the case is of another network than the fault."""
        if self.network not in (ANY, case.scenario.network):
            raise HarnessError(
                f"--parity-fault: found {self.id}, a fault of the network {self.network}, for {case.id}, a case of the "
                f"network {case.scenario.network}; allowed: faults of that network or of any, which "
                "`python -m harness faults show ID` tells. Choose another fault or leave the case out with -k."
            )


@dataclass(frozen=True)
class Injected:
    """A fault that is injected into one side."""

    fault: Fault
    backend: str
    size: float | None = None
    """Size of the fault; None for its default."""

    @property
    def text(self) -> str:
        """`ID` or `ID=SIZE`, as it is written in the job file."""
        return self.fault.id if self.size is None else f"{self.fault.id}={self.size!r}"

    def __str__(self) -> str:
        return f"{self.text}@{self.backend}"

    def require_fits(self, case: Case) -> None:
        """Raise HarnessError if the case is of another network, or names other sides itself."""
        self.fault.require_fits(case)
        sides = case.scenario.sides
        if sides is not None and self.backend not in sides:
            raise HarnessError(
                f"--parity-fault: found backend {self.backend!r} for {case.id}; allowed: {', '.join(sides)}, the sides "
                "that its scenario names."
            )

    def port(self, leg: str = "") -> FaultyPort:
        """The changes that the fault makes to the side, in a leg."""
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
    case: str | None = None,
) -> Callable[[Inject], Inject]:
    """Decorator that adds a function to the catalogue; its docstring says what it changes. Arguments: see `Fault`."""

    def enter(inject: Inject) -> Inject:
        assert id not in _KNOWN, f"two faults are called {id}"
        assert (size is None) == (not unit), f"{id}: a size needs a unit, and a unit a size"
        told = (inject.__doc__ or "").strip()
        _KNOWN[id] = Fault(id, told, (rung,), network, size, unit, quick, profile, inject, case)
        return inject

    return enter


def real_bug(
    name: str,
    *,
    rungs: Sequence[str],
    sources: Sequence[str],
    causes: Sequence[str],
    network: str = DEFAULT,
    case: str | None = None,
    sides: Sequence[str] = (),
    open: str = "",  # noqa: A002 - as the report says it
) -> Callable[[Inject], Inject]:
    """Decorator that adds the replay of a bug that was found in a public port, as `real.<name>`.

    What the table of the bugs expects, `rungs`, is fixed before the first run and never after it, and so are `causes`,
    but for the words that docs/real-bugs.md tells of; `open` alone is written after it.
    Arguments: see `Fault` and `RealBug`.
    """

    def enter(inject: Inject) -> Inject:
        identity = f"{REAL}.{name}"
        assert identity not in _KNOWN, f"two faults are called {identity}"
        bug = RealBug(tuple(sources), tuple(causes), tuple(sides), open)
        told = (inject.__doc__ or "").strip()
        _KNOWN[identity] = Fault(identity, told, tuple(rungs), network, None, "", False, "smoke", inject, case, bug)
        return inject

    return enter


@cache
def faults() -> dict[str, Fault]:
    """Every fault by id, sorted."""
    for module in pkgutil.iter_modules(groups.__path__, f"{groups.__name__}."):
        import_module(module.name)
    return dict(sorted(_KNOWN.items()))


def counted(found: Collection[Fault]) -> str:
    """How many of these faults are injected, how many replay a real bug, and how many change nothing on purpose."""
    controls = sum(fault.is_control for fault in found)
    replays = sum(fault.real is not None and not fault.is_control for fault in found)
    return f"{len(found) - replays - controls} faults, {replays} replays of real bugs, {controls} controls"


def named(name: str) -> Fault:
    """The fault with the id `name`; raises HarnessError for an unknown id."""
    if name not in faults():
        meant = similar(name, faults())
        raise HarnessError(
            f"fault {name!r} is unknown{meant}; `python -m harness faults list` prints all {len(faults())}."
        )
    return faults()[name]


def parse(text: str, backends: Sequence[str]) -> Injected:
    """Parse `ID[=SIZE][@BACKEND]`; without a backend the fault is injected into the last of `backends`, the candidate.

    A fault for pairs may name any side: who they are, each scenario says (`Injected.require_fits`).
    Raises HarnessError for an unknown id or backend, for a size of a fault without one, and for one that is no number.
    """
    rest, _, backend = text.partition("@")
    name, sign, size = rest.partition("=")
    found = named(name)
    if backend and backend not in backends and found.network in (ANY, DEFAULT):
        raise HarnessError(f"--parity-fault: found backend {backend!r} in {text!r}; allowed: {', '.join(backends)}.")
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
