"""Limits of the checks: the ledger that ships with the judge, and the limits that a case sets instead.

`limits.yaml`, the ledger, names every value that can be judged. An entry without a `value` is reported, and judged only
where a case sets a limit. A value that was measured for one scenario replaces the general one there, and a value that
was measured on one class of device does not apply to another. Limits that no result could exceed are refused: a limit
must be finite, an `at most` limit above zero, an `at least` limit inside the range that the judged value can take.
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
"""Origin of a limit from the ledger that holds for every scenario; one for a scenario names it in brackets."""


class Measured(BaseModel):
    """A limit with its reason, and the runs and devices that it was measured in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: float | dict[Profile, float] | None = None
    reason: str
    measured_in: str
    devices: Annotated[tuple[Literal["cpu", "gpu"], ...], Field(strict=False, min_length=1)]

    def value_for(self, profile: str) -> float | None:
        """The limit of a profile, or None where there is none."""
        return self.value.get(profile) if isinstance(self.value, dict) else self.value  # type: ignore[call-overload]


class Entry(Measured):
    """One entry of the ledger: the limit of a value that can be judged, named `rung.check`."""

    unit: str
    sense: Literal["at most", "at least"]
    range: Annotated[tuple[float, float], Field(strict=False)] | None = None
    """Worst and best value that is possible; needed for `at least`, whose margin is relative to the best value."""
    scenarios: dict[str, Measured] = {}
    """Limits that replace the general one, by the name of the scenario that they were measured for."""


@dataclass(frozen=True)
class Limit:
    """A limit of a case: its value, and where that comes from."""

    name: str
    value: float
    sense: str
    best: float
    """Value of a perfect result: 0 for `at most`, the best value of the range for `at least`."""
    origin: str
    devices: tuple[str, ...] | None = None
    """Classes of device that it was measured on; None for a limit that a person states, which applies to any."""

    def holds(self, value: float) -> bool:
        """Whether `value` is within the limit; a value that is not finite never is."""
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
    """The limits of one case; records which of them the checks have used."""

    by_name: Mapping[str, Limit]
    used: set[str] = field(default_factory=set)
    devices: frozenset[str] = frozenset()
    """Classes of device that the case ran on."""

    def on(self, devices: Iterable[str]) -> "Limits":
        """Copy for a case that ran on these classes of device; both objects share the record of used limits."""
        return replace(self, devices=frozenset(devices))

    def uncalibrated(self, limit: Limit) -> str:
        """Why a limit does not apply to the devices of the case; an empty text where it does."""
        if limit.devices is None or not (unmeasured := self.devices - set(limit.devices)):
            return ""
        measured, ran = " and ".join(limit.devices), " and ".join(sorted(unmeasured))
        return f"its limit was measured on {measured} only, and this ran on {ran}; run calibrate on this device"

    def find(self, name: str) -> Limit | None:
        """The limit named `rung.check`, or None where the value is only reported.

        Raises HarnessError for a name that the ledger does not hold.
        """
        if name not in entries():
            raise HarnessError(f"{LEDGER.name}: holds no entry {name!r} for a check; add it with its reason.")
        if name not in self.by_name:
            return None
        self.used.add(name)
        return self.by_name[name]

    def unused(self, rung: str) -> list[tuple[str, str]]:
        """Name and origin of those limits of a rung, specific to the case or its scenario, that no check has used."""
        limits = (limit for name, limit in self.by_name.items() if name.partition(".")[0] == rung)
        return [(own.name, own.origin) for own in limits if own.origin != FROM_LEDGER and own.name not in self.used]


@cache
def entries() -> dict[str, Entry]:
    """Read the ledger, by `rung.check`; raises HarnessError that names the entry when it is broken."""
    raw = YAML(typ="safe").load(LEDGER)
    try:
        ledger = {name: Entry.model_validate(entry) for name, entry in raw.items()}
    except ValidationError as error:
        raise HarnessError(f"{LEDGER.name}: {error}") from error
    for name, entry in ledger.items():
        if missing := [scenario for scenario, own in entry.scenarios.items() if own.value is None]:
            raise HarnessError(f"{LEDGER.name}: {name}.scenarios: no value for {', '.join(missing)}; give one each.")
        for scenario, profile in product((None, *entry.scenarios), PROFILES):
            _from_ledger(name, entry, profile, scenario)
    return ledger


def limits_of(case: Case) -> Limits:
    """The limits of a case: the ledger's for its profile, replaced by those that the case sets.

    Raises HarnessError for an unknown name and for a limit that no result could exceed or satisfy.
    """
    origins = {name: _origin(case.origins.get(f"limits.{name}", "")) for name in case.scenario.limits}
    return resolve(case.profile, case.scenario.limits, origins, case.name)


def resolve(
    profile: str, given: Mapping[str, float], origins: Mapping[str, str], scenario: str | None = None
) -> Limits:
    """Resolve the limits of a case from the ledger and from its own settings.

    Args:
        profile: name of the profile.
        given: limits that the case sets, which replace those of the ledger.
        origins: for each of these limits, where it was set.
        scenario: name of the scenario; without one, limits that were measured for a scenario are left out.

    Raises:
        HarnessError: a name is unknown, or no result could exceed or satisfy the limit.
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
    """Limit of an entry of the ledger: the one for the scenario where there is one, else the general one."""
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
    """Shorten the origin of a limit, as the case states it, to `override` or `scenario FILE:LINE`."""
    return "override" if found.startswith("override") else f"scenario {found.partition(': ')[2]}".rstrip()
