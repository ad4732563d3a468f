"""Which jobs a case needs, in which order, and the key of each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.run import keys
from harness.run.store import Address
from harness.scenario.schema import Scenario

LEGS = ("lockstep", "train", "infer", "exchange")
"""In the order in which they run."""
_BEFORE = {"lockstep": (), "train": (), "infer": ("train",), "exchange": ("train",)}
_WITH_WEIGHTS = ("infer", "exchange")


@dataclass(frozen=True)
class Planned:
    """One leg of one backend, and the address of its result."""

    backend: str
    leg: str
    scenario: Scenario
    """Reduced to what the leg depends on."""
    dataset: Path
    """The dataset folder; of a reference reconstruction, the file that it starts from."""
    parts: Mapping[str, Any]
    """What the key is the digest of."""
    address: Address
    weights: "Planned | None" = None
    """The training whose weights are used."""
    patch_stats: int = 0
    iterations: int = 0
    """Of a reference reconstruction."""


def with_what_they_need(legs: Collection[str]) -> tuple[str, ...]:
    """The legs and those that must run before them, in order; names that are no leg are left out."""
    wanted = {*legs, *(before for leg in legs for before in _BEFORE.get(leg, ()))}
    return tuple(leg for leg in LEGS if leg in wanted)


def plan(
    scenario: Scenario,
    dataset: Path,
    legs: Collection[str],
    sides: Mapping[str, keys.Surroundings],
    patch_stats: int,
) -> list[Planned]:
    """The jobs of both sides; `sides` names each backend with what it runs in, reference first.

    A side whose training is not to be had (`sides` lacks it) leaves the other without an exchange.
    """
    planned: dict[tuple[str, str], Planned] = {}
    for leg in with_what_they_need(legs):
        for backend in sides:
            trainer = _trainer(leg, backend, tuple(sides))
            weights = planned.get((trainer, "train")) if trainer else None
            if leg not in _WITH_WEIGHTS or weights is not None:
                known = patch_stats if leg in _WITH_WEIGHTS else 0
                planned[backend, leg] = _planned(leg, backend, scenario, dataset, sides[backend], weights, known)
    return list(planned.values())


def _trainer(leg: str, backend: str, backends: tuple[str, ...]) -> str | None:
    """Whose weights a leg uses."""
    if leg == "exchange":
        return next((other for other in backends if other != backend), None)
    return backend if leg == "infer" else None


def _planned(
    leg: str,
    backend: str,
    scenario: Scenario,
    dataset: Path,
    surroundings: keys.Surroundings,
    weights: Planned | None,
    patch_stats: int,
) -> Planned:
    more = {"weights": weights and weights.address.key, "patch_stats": patch_stats}
    parts = keys.leg_parts(leg, backend, scenario, dataset, surroundings, more)
    reduced = keys.relevant(scenario, leg)
    return Planned(backend, leg, reduced, dataset, parts, Address(leg, keys.key(parts)), weights, patch_stats)
