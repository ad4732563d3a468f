"""Limits of the checks: the ledger that ships with the judge, and what a case puts in their place.

`limits.yaml`, the ledger, names every figure that can be judged. An entry without a `value` is reported and judged
only where a case gives a limit. What was measured for one scenario stands in for the general value there, and what
was measured on one class of device says nothing on another. Nothing here can make a check that cannot fail: a limit
must be finite, an `at most` limit above zero, an `at least` limit inside the range that its figure can take.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML

from harness.errors import HarnessError
from harness.scenario.case import Case
from harness.scenario.resolution import PROFILES, Profile

LEDGER = Path(__file__).with_name("limits.yaml")
FROM_LEDGER = "ledger"
"""Origin of a limit that holds for every scenario; one that was measured for a scenario names it in brackets."""


class Measured(BaseModel):
    """A limit with where it comes from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: float | dict[Profile, float] | None = None
    reason: str
    measured_in: str
    devices: Annotated[tuple[Literal["cpu", "gpu"], ...], Field(strict=False, min_length=1)]

    def value_for(self, profile: str) -> float | None:
        """The limit of a profile, or None where there is none."""
        return self.value.get(profile) if isinstance(self.value, dict) else self.value  # type: ignore[call-overload]


class Entry(Measured):
    """One entry of the ledger: a figure that can be judged, named `rung.check`."""

    unit: str
    sense: Literal["at most", "at least"]
    range: Annotated[tuple[float, float], Field(strict=False)] | None = None
    """Worst and best value that the figure can take: needed for `at least`, where 1 margin means the best."""
    scenarios: dict[str, Measured] = {}
    """By the name of a scenario: what stands in for the general value there."""


@dataclass(frozen=True)
class Limit:
    """One limit in force: what `name` must keep to, and who says so."""

    name: str
    value: float
    sense: str
    best: float
    """What a perfect result reaches: 0 for `at most`, the upper end of the range for `at least`."""
    origin: str
    devices: tuple[str, ...] | None = None
    """Classes of device that it was measured on; None for what a person states, which holds on any."""

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
    devices: frozenset[str] = frozenset()
    """Classes of device that the case ran on."""

    def on(self, devices: Iterable[str]) -> "Limits":
        """The same limits, which remember their use together, for a case that ran on these classes of device."""
        return replace(self, devices=frozenset(devices))

    def uncalibrated(self, limit: Limit) -> str:
        """Why a limit says nothing on the devices of the case; empty where it does."""
        if limit.devices is None or not (unmeasured := self.devices - set(limit.devices)):
            return ""
        measured, ran = " and ".join(limit.devices), " and ".join(sorted(unmeasured))
        return f"its limit was measured on {measured} only, and this ran on {ran}; run calibrate on this device"

    def find(self, name: str) -> Limit | None:
        """The limit of `rung.check`, or None where the figure is only reported."""
        if name not in entries():
            raise HarnessError(f"{LEDGER.name}: holds no entry {name!r} for a check; add it with its reason.")
        if name not in self.by_name:
            return None
        self.used.add(name)
        return self.by_name[name]

    def unused(self, rung: str) -> list[tuple[str, str]]:
        """Name and origin of the limits for just this case, or its scenario, that no check of a rung has asked for."""
        mine = (limit for name, limit in self.by_name.items() if name.partition(".")[0] == rung)
        return [(own.name, own.origin) for own in mine if own.origin != FROM_LEDGER and own.name not in self.used]


@cache
def entries() -> dict[str, Entry]:
    """Read the ledger; a broken one is a HarnessError that names the entry."""
    raw = YAML(typ="safe").load(LEDGER)
    try:
        ledger = {name: Entry.model_validate(entry) for name, entry in raw.items()}
    except ValidationError as error:
        raise HarnessError(f"{LEDGER.name}: {error}") from error
    for name, entry in ledger.items():
        if silent := [scenario for scenario, own in entry.scenarios.items() if own.value is None]:
            raise HarnessError(f"{LEDGER.name}: {name}.scenarios: no value for {', '.join(silent)}; give one each.")
        for scenario, profile in product((None, *entry.scenarios), PROFILES):
            _from_ledger(name, entry, profile, scenario)
    return ledger


def limits_of(case: Case) -> Limits:
    """The limits in force for a case: the ledger's for its profile, and the case's own in their place.

    Raises HarnessError for an unknown name and for a limit that nothing could exceed.
    """
    origins = {name: _origin(case.origins.get(f"limits.{name}", "")) for name in case.scenario.limits}
    return resolve(case.profile, case.scenario.limits, origins, case.name)


def resolve(
    profile: str, given: Mapping[str, float], origins: Mapping[str, str], scenario: str | None = None
) -> Limits:
    """Limits of a profile for a scenario of that name, with those `given` by a case, of stated origin, in their place.

    Without a name no scenario's own figures take part.
    """
    ledger = entries()
    found = {name: _from_ledger(name, entry, profile, scenario) for name, entry in ledger.items()}
    limits = {name: limit for name, limit in found.items() if limit is not None}
    for name, value in given.items():
        if name not in ledger:
            same_rung = [known for known in ledger if known.partition(".")[0] == name.partition(".")[0]]
            allowed = ", ".join(sorted(same_rung or ledger))
            raise HarnessError(f"limits.{name} ({origins[name]}): unknown limit; allowed: {allowed}.")
        limits[name] = _limit(name, value, origins[name], ledger[name])
    return Limits(limits)


def _from_ledger(name: str, entry: Entry, profile: str, scenario: str | None) -> Limit | None:
    """What the ledger says of a figure: for the scenario where it was measured there, else for all."""
    own = entry.scenarios.get(scenario) if scenario else None
    for measured, origin in ((own, f"{FROM_LEDGER} ({scenario})"), (entry, FROM_LEDGER)):
        if measured is not None and (value := measured.value_for(profile)) is not None:
            return _limit(name, value, origin, entry, measured.devices)
    return None


def _limit(name: str, value: float, origin: str, entry: Entry, devices: tuple[str, ...] | None = None) -> Limit:
    worst, best = (math.inf, 0.0) if entry.sense == "at most" else entry.range or (math.nan, math.nan)
    low, high = sorted((worst, best))
    if not low < value < high:
        raise HarnessError(
            f"limits.{name} ({origin}): {value} is a limit that cannot fail, or that nothing can keep; "
            f"allowed is a value between {low} and {high} ({entry.sense}, {entry.unit})."
        )
    return Limit(name, value, entry.sense, best, origin, devices)


def _origin(found: str) -> str:
    """Shorten the case's word on where a limit comes from to `override` or `scenario FILE:LINE`."""
    return "override" if found.startswith("override") else f"scenario {found.partition(': ')[2]}".rstrip()
