"""The plan of a case: which jobs it needs, in which order, and the key of each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness import layout
from harness.files import JsonObject
from harness.run import keys
from harness.run.store import Address
from harness.scenario.schema import Scenario

LEGS = (
    "contract",
    "lockstep",
    "oracle",
    "repeat",
    "graft",
    "trajectory",
    "replay",
    "train",
    "infer",
    "exchange",
    "resume",
)
"""In the order in which they run."""
CHECK = "check"
"""The leg of the verb `port check`, which no rung needs."""
SOURCES = {"oracle": "lockstep", "infer": "train", "graft": "lockstep", "exchange": "train", "resume": "replay"}
"""Leg to the leg whose result it starts from."""
CROSS_LEGS = ("graft", "exchange", "resume")
"""Legs that start from the other side's result."""
PROCESSES = (
    ("contract", "lockstep", "oracle"),
    ("repeat", "graft", "trajectory", "replay", "train", "infer"),
    ("exchange", "resume"),
)
"""The legs of each process of a side, one process after the other; both sides have ended one when the next begins.

What a pass through the network shows comes first, so that it is judged while the sides are trained."""
_INFERRING = ("infer", "exchange")
SOURCE_FOLDERS = {"train": layout.BUNDLE, "lockstep": layout.LOCKSTEP, "replay": layout.REPLAY}
"""Folder of a leg's result that another leg starts from."""


@dataclass(frozen=True)
class SideInputs:
    """What a side of a user's pair needs beside the scenario; nothing for a port that is known by its name."""

    home: Path | None = None
    """Folder of the scenario's file."""
    upstream: Path | None = None
    """Checkout of the repository that the pair imports."""
    code: str | None = None
    """Digest of the user's own files."""
    mapping: dict[str, dict[str, str]] | None = None
    """Names of the candidate; see `harness.ports.mapping`."""

    def parts(self) -> JsonObject:
        """What of it the result depends on: not where the files lie."""
        return {
            name: value for name, value in (("pair_code", self.code), ("mapping", self.mapping)) if value is not None
        }


NO_INPUTS = SideInputs()


@dataclass(frozen=True)
class PlannedJob:
    """One leg of one side, and the address of its result."""

    backend: str
    """Name of the side."""
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
    """Of a reference reconstruction."""
    port: str = ""
    """The port that is run; empty where it has the name of the side."""
    side_inputs: SideInputs = NO_INPUTS

    @property
    def runs(self) -> str:
        """Name of the port that is run, as the worker knows it."""
        return self.port or self.backend


def with_required_legs(legs: Collection[str]) -> tuple[str, ...]:
    """The legs and those that must run before them, in order; names that are no leg are left out."""
    wanted = {*legs, *(SOURCES[leg] for leg in legs if leg in SOURCES)}
    return tuple(leg for leg in (CHECK, *LEGS) if leg in wanted)


def plan(
    scenario: Scenario,
    dataset: Path,
    legs: Collection[str],
    sides: Mapping[str, keys.Runtime],
    patch_stats: int,
    side_inputs: Mapping[str, SideInputs] | None = None,
) -> list[PlannedJob]:
    """The jobs of both sides; `sides` names each backend with what it runs in, reference first.

    A side that cannot run (`sides` lacks it) leaves the other without the legs that start from its results.

    Args:
        scenario: The scenario of the case.
        dataset: The dataset folder.
        legs: Names of the wanted legs; those that must run before them are added.
        sides: Backend to what it runs in, reference first.
        patch_stats: Number of batches and groups whose patches are listed one by one.
        side_inputs: What each side of a user's pair needs beside the scenario.
    """
    planned: dict[tuple[str, str], PlannedJob] = {}
    for leg in with_required_legs(legs):
        for backend in sides:
            source = planned.get((source_side(leg, backend, tuple(sides)) or "", SOURCES.get(leg, "")))
            if leg not in SOURCES or source is not None:
                listed = patch_stats if leg in _INFERRING else 0
                more = (side_inputs or {}).get(backend, NO_INPUTS)
                planned[backend, leg] = _planned(leg, backend, scenario, dataset, sides[backend], source, listed, more)
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
    side_inputs: SideInputs,
) -> PlannedJob:
    more = {"source": source and source.address.key, "patch_stats": patch_stats, **side_inputs.parts()}
    parts = keys.leg_parts(leg, backend, scenario, dataset, runtime, more)
    reduced, address = keys.relevant(scenario, leg, backend), Address(leg, keys.key(parts))
    return PlannedJob(
        backend, leg, reduced, dataset, parts, address, source, patch_stats, side_inputs=side_inputs, port=runtime.port
    )
