"""Which jobs a case needs, in which order, and the key of each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness import layout
from harness.files import JsonObject
from harness.run import keys
from harness.run.store import Address
from harness.scenario.schema import Scenario

LEGS = ("contract", "lockstep", "oracle", "trajectory", "train", "infer", "graft", "exchange")
"""In the order in which they run."""
SOURCES = {"oracle": "lockstep", "infer": "train", "graft": "lockstep", "exchange": "train"}
"""The leg whose result another leg starts from."""
ACROSS = ("graft", "exchange")
"""Legs that start from the other side's result."""
_INFERRING = ("infer", "exchange")
SOURCE_FOLDERS = {"train": layout.BUNDLE, "lockstep": layout.LOCKSTEP}
"""What of a leg's result is another leg's source."""


@dataclass(frozen=True)
class Told:
    """What a side of a user's pair is told beside the scenario; nothing for a port that is known by its name."""

    home: Path | None = None
    """Folder of the scenario's file."""
    code: str | None = None
    """Digest of the user's own files."""
    mapping: dict[str, dict[str, str]] | None = None
    """Names of the candidate; see `harness.ports.mapping`."""

    def parts(self) -> JsonObject:
        """What of it the result depends on: not where the files lie."""
        return {
            name: value for name, value in (("pair_code", self.code), ("mapping", self.mapping)) if value is not None
        }


NOTHING = Told()


@dataclass(frozen=True)
class Planned:
    """One leg of one backend, and the address of its result."""

    backend: str
    leg: str
    scenario: Scenario
    """Reduced to what the leg depends on."""
    dataset: Path
    """The dataset folder; of a reference reconstruction, the file that it starts from."""
    parts: JsonObject
    """What the key is the digest of."""
    address: Address
    source: "Planned | None" = None
    """The job whose result is used."""
    patch_stats: int = 0
    iterations: int = 0
    """Of a reference reconstruction."""
    told: Told = NOTHING


def with_what_they_need(legs: Collection[str]) -> tuple[str, ...]:
    """The legs and those that must run before them, in order; names that are no leg are left out."""
    wanted = {*legs, *(SOURCES[leg] for leg in legs if leg in SOURCES)}
    return tuple(leg for leg in LEGS if leg in wanted)


def plan(
    scenario: Scenario,
    dataset: Path,
    legs: Collection[str],
    sides: Mapping[str, keys.Surroundings],
    patch_stats: int,
    told: Mapping[str, Told] | None = None,
) -> list[Planned]:
    """The jobs of both sides; `sides` names each backend with what it runs in, reference first.

    A side that cannot run (`sides` lacks it) leaves the other without the legs that start from its results.
    """
    planned: dict[tuple[str, str], Planned] = {}
    for leg in with_what_they_need(legs):
        for backend in sides:
            source = planned.get((source_side(leg, backend, tuple(sides)) or "", SOURCES.get(leg, "")))
            if leg not in SOURCES or source is not None:
                listed = patch_stats if leg in _INFERRING else 0
                more = (told or {}).get(backend, NOTHING)
                planned[backend, leg] = _planned(leg, backend, scenario, dataset, sides[backend], source, listed, more)
    return list(planned.values())


def source_side(leg: str, backend: str, backends: Sequence[str]) -> str | None:
    """Whose result a leg starts from; None when there is none. Only the candidate is grafted on the reference."""
    if leg not in ACROSS:
        return backend
    other = next((other for other in backends if other != backend), None)
    return None if leg == "graft" and backend == backends[0] else other


def _planned(
    leg: str,
    backend: str,
    scenario: Scenario,
    dataset: Path,
    surroundings: keys.Surroundings,
    source: Planned | None,
    patch_stats: int,
    told: Told,
) -> Planned:
    more = {"source": source and source.address.key, "patch_stats": patch_stats, **told.parts()}
    parts = keys.leg_parts(leg, backend, scenario, dataset, surroundings, more)
    reduced, address = keys.relevant(scenario, leg, backend), Address(leg, keys.key(parts))
    return Planned(backend, leg, reduced, dataset, parts, address, source, patch_stats, told=told)
