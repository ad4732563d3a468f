"""Limits of the checks: the ledger that ships with the judge, and what a case puts in their place.

`ledger.yaml` names every figure that can be judged. An entry without a `value` is reported and judged
only where a case gives a limit. Nothing here can make a check that cannot fail: a limit must be finite,
an `at most` limit above zero, an `at least` limit inside the range that its figure can take.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML

from harness.errors import HarnessError
from harness.scenario.case import Case

LEDGER = Path(__file__).with_name("ledger.yaml")
PROFILES = ("smoke", "stable", "full")


class Entry(BaseModel):
    """One entry of the ledger: a figure that can be judged, named `rung.check`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: float | dict[Literal["smoke", "stable", "full"], float] | None = None
    unit: str
    sense: Literal["at most", "at least"]
    range: Annotated[tuple[float, float], Field(strict=False)] | None = None
    """Worst and best value that the figure can take: needed for `at least`, where 1 margin means the best."""
    reason: str
    measured_in: str
    devices: Annotated[tuple[Literal["cpu", "gpu"], ...], Field(strict=False, min_length=1)]

    def value_for(self, profile: str) -> float | None:
        """The limit of a profile, or None where the figure is only reported."""
        return self.value.get(profile) if isinstance(self.value, dict) else self.value  # type: ignore[call-overload]


@dataclass(frozen=True)
class Limit:
    """One limit in force: what `name` must keep to, and who says so."""

    name: str
    value: float
    sense: str
    best: float
    """What a perfect result reaches: 0 for `at most`, the upper end of the range for `at least`."""
    origin: str

    def holds(self, value: float) -> bool:
        """Say whether `value` keeps the limit; what is not finite never does."""
        if not math.isfinite(value):
            return False
        return value <= self.value if self.sense == "at most" else value >= self.value

    def margin(self, value: float) -> float | None:
        """Share of the limit that is left: (limit - value) / (limit - best).

        1 at the best possible value, 0 at the limit, negative beyond; None for what is not finite.
        For `at most` the best is 0, so this is 1 - value/limit.
        """
        return (self.value - value) / (self.value - self.best) if math.isfinite(value) else None


@dataclass
class Limits:
    """The limits of one case; remembers which of them a check has used."""

    by_name: Mapping[str, Limit]
    used: set[str] = field(default_factory=set)

    def find(self, name: str) -> Limit | None:
        """The limit of `rung.check`, or None where the figure is only reported."""
        if name not in entries():
            raise HarnessError(f"{LEDGER.name}: holds no entry {name!r} for a check; add it with its reason.")
        if name not in self.by_name:
            return None
        self.used.add(name)
        return self.by_name[name]

    def unused(self, rung: str) -> list[tuple[str, str]]:
        """Name and origin of the limits that the case itself gives for a rung and that no check has asked for."""
        mine = (limit for name, limit in self.by_name.items() if name.partition(".")[0] == rung)
        return [(own.name, own.origin) for own in mine if own.origin != "ledger" and own.name not in self.used]


@cache
def entries() -> dict[str, Entry]:
    """Read the ledger; a broken one is a HarnessError that names the entry."""
    raw = YAML(typ="safe").load(LEDGER)
    try:
        ledger = {name: Entry.model_validate(entry) for name, entry in raw.items()}
    except ValidationError as error:
        raise HarnessError(f"{LEDGER.name}: {error}") from error
    for name, entry in ledger.items():
        for profile in PROFILES:
            if (value := entry.value_for(profile)) is not None:
                _limit(name, value, "ledger", entry)
    return ledger


def limits_of(case: Case) -> Limits:
    """The limits in force for a case: the ledger's for its profile, and the case's own in their place.

    Raises HarnessError for an unknown name and for a limit that nothing could exceed.
    """
    origins = {name: _origin(case.origins.get(f"limits.{name}", "")) for name in case.scenario.limits}
    return resolve(case.profile, case.scenario.limits, origins)


def resolve(profile: str, given: Mapping[str, float], origins: Mapping[str, str]) -> Limits:
    """Limits of a profile with those `given` by a case, whose origins are stated, in their place."""
    ledger = entries()
    limits: dict[str, Limit] = {}
    for name, entry in ledger.items():
        if (value := entry.value_for(profile)) is not None:
            limits[name] = _limit(name, value, "ledger", entry)
    for name, value in given.items():
        if name not in ledger:
            same_rung = [known for known in ledger if known.partition(".")[0] == name.partition(".")[0]]
            allowed = ", ".join(sorted(same_rung or ledger))
            raise HarnessError(f"limits.{name} ({origins[name]}): unknown limit; allowed: {allowed}.")
        limits[name] = _limit(name, value, origins[name], ledger[name])
    return Limits(limits)


def _limit(name: str, value: float, origin: str, entry: Entry) -> Limit:
    worst, best = (math.inf, 0.0) if entry.sense == "at most" else entry.range or (math.nan, math.nan)
    low, high = sorted((worst, best))
    if not low < value < high:
        raise HarnessError(
            f"limits.{name} ({origin}): {value} is a limit that cannot fail, or that nothing can keep; "
            f"allowed is a value between {low} and {high} ({entry.sense}, {entry.unit})."
        )
    return Limit(name, value, entry.sense, best, origin)


def _origin(found: str) -> str:
    """Shorten the case's word on where a limit comes from to `override` or `scenario FILE:LINE`."""
    return "override" if found.startswith("override") else f"scenario {found.partition(': ')[2]}".rstrip()
