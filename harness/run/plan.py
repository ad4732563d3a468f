"""The plan of a case: which jobs it needs, in which order, and the key of each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness import layout
from harness.files import JsonObject
from harness.run import keys
from harness.run.store import Address
from harness.scenario.schema import Scenario

LEGS = ("lockstep", "oracle", "trajectory", "train", "infer", "graft", "exchange")
"""All legs, in the order in which they run."""
SOURCES = {"oracle": "lockstep", "infer": "train", "graft": "lockstep", "exchange": "train"}
"""Leg to the leg whose result it starts from."""
CROSS_LEGS = ("graft", "exchange")
"""Legs that start from the other side's result."""
_INFERRING = ("infer", "exchange")
SOURCE_FOLDERS = {"train": layout.BUNDLE, "lockstep": layout.LOCKSTEP}
"""Folder of a leg's result that another leg starts from."""


@dataclass(frozen=True)
class PlannedJob:
    """One leg of one backend, and the address of its result in the store."""

    backend: str
    leg: str
    scenario: Scenario
    """The scenario of the case, reduced to what the leg depends on."""
    dataset: Path
    """The dataset folder; of a reference reconstruction, the file that it starts from."""
    parts: JsonObject
    """All that the result depends on; its digest is the key."""
    address: Address
    source: "PlannedJob | None" = None
    """The job whose result this one starts from."""
    patch_stats: int = 0
    iterations: int = 0
    """Sweeps of a reference reconstruction; 0 for other legs."""


def with_required_legs(legs: Collection[str]) -> tuple[str, ...]:
    """The legs and those that must run before them, in order; names that are no leg are left out."""
    wanted = {*legs, *(SOURCES[leg] for leg in legs if leg in SOURCES)}
    return tuple(leg for leg in LEGS if leg in wanted)


def plan(
    scenario: Scenario,
    dataset: Path,
    legs: Collection[str],
    sides: Mapping[str, keys.Runtime],
    patch_stats: int,
) -> list[PlannedJob]:
    """The jobs of both sides, each after the job that it starts from.

    A side that cannot run (`sides` lacks it) leaves the other without the legs that start from its results.

    Args:
        scenario: The scenario of the case.
        dataset: The dataset folder.
        legs: Names of the wanted legs; those that must run before them are added.
        sides: Backend to what it runs in, reference first.
        patch_stats: Number of batches and groups whose patches are listed one by one.
    """
    planned: dict[tuple[str, str], PlannedJob] = {}
    for leg in with_required_legs(legs):
        for backend in sides:
            source = planned.get((source_side(leg, backend, tuple(sides)) or "", SOURCES.get(leg, "")))
            if leg not in SOURCES or source is not None:
                listed = patch_stats if leg in _INFERRING else 0
                planned[backend, leg] = _planned(leg, backend, scenario, dataset, sides[backend], source, listed)
    return list(planned.values())


def source_side(leg: str, backend: str, backends: Sequence[str]) -> str | None:
    """The backend whose result a leg starts from; None without one. The reference is never grafted."""
    if leg not in CROSS_LEGS:
        return backend
    other = next((other for other in backends if other != backend), None)
    return None if leg == "graft" and backend == backends[0] else other


def _planned(
    leg: str,
    backend: str,
    scenario: Scenario,
    dataset: Path,
    runtime: keys.Runtime,
    source: PlannedJob | None,
    patch_stats: int,
) -> PlannedJob:
    more = {"source": source and source.address.key, "patch_stats": patch_stats}
    parts = keys.leg_parts(leg, backend, scenario, dataset, runtime, more)
    reduced = keys.relevant(scenario, leg)
    return PlannedJob(backend, leg, reduced, dataset, parts, Address(leg, keys.key(parts)), source, patch_stats)
