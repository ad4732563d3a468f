"""What became worse or better from one session to another, by one rule for two hubs and for a whole history."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from harness.judge import ladder
from harness.judge.comparing import Pair, paired
from harness.report.trend.quantities import (
    QUALITY_NOISE,
    SPEED_NOISE,
    Quantity,
    Rung,
    Value,
    formatted,
    noise_of,
    values_of,
)
from harness.report.trend.sessions import Session, SessionCase

Verdict = Literal["worse", "better", "changed"]

_NOISE = ", ".join(f"{metric} {noise:g}" for metric, noise in QUALITY_NOISE.items())
RULE = (
    "Worse is: the status of a case, a rung or a check that fell, a margin that went below 0, a quality figure lower "
    f"by more than two sound trainings may be apart ({_NOISE}), a candidate whose ms a step, over those of its own "
    f"session's reference run, rose by more than {SPEED_NOISE:.0%}, and a case, a rung or a quality figure "
    "that is gone."
)
CASE = "the case"
_BADNESS = {"pass": 0, "declared": 1, "inconclusive": 1, "skipped": 1, "fail": 2, "error": 3}
_NAMED = 3
_ORDER = {rung: place for place, rung in enumerate(ladder.RUNGS)}


@dataclass(frozen=True)
class Change:
    """One quantity of a case that changed between two sessions, with its formatted values before and after."""

    case: str
    subject: str
    before: str
    after: str
    verdict: Verdict
    detail: str = ""
    above: tuple[str, ...] = ()
    """Rungs above it that changed alike, and are not told by themselves."""

    def as_text(self) -> str:
        """The change in one line of text."""
        detail = f" ({self.detail})" if self.detail else ""
        folded = f"; so did {', '.join(self.above)} above it" if self.above else ""
        return f"{self.verdict}: {self.case}, {self.subject}: {self.before} -> {self.after}{detail}{folded}"


def between(before: Session, after: Session) -> list[Change]:
    """All changes of all cases that either session holds, the worse ones first."""
    found: list[Change] = []
    for case in sorted(paired(before.cases, after.cases)):
        found += _of_case(before, after, case)
    order = {"worse": 0, "better": 1, "changed": 2}
    return sorted(found, key=lambda change: order[change.verdict])


def caveats(before: Session, after: Session) -> list[str]:
    """Why the two sessions are not fully comparable: other options, or a session that did not end; a sentence each."""
    notes = [f"{one.name} has not come to its end." for one in (before, after) if one.summary.finished is None]
    for case, old, new in sorted(paired(before.cases, after.cases)):
        if old and new:
            differing = (key for key in paired(_options(old), _options(new)) if key.first != key.second)
            notes += [f"{case}: {key} was {one}, and is {other}." for key, one, other in differing]
    return notes


def folded(found: Sequence[Change]) -> list[Change]:
    """The changes with those of a case's rungs above the lowest one that changed alike folded into it.

    What a lower rung shows is the cause of what those above it show.
    """
    kept: list[Change] = []
    for change in sorted(found, key=lambda one: _ORDER.get(one.subject, -1)):
        below = next((one for one in kept if _is_consequence(change, one)), None)
        if below is None:
            kept.append(change)
        else:
            kept[kept.index(below)] = replace(below, above=(*below.above, change.subject))
    places = {(change.case, change.subject): place for place, change in enumerate(found)}
    return sorted(kept, key=lambda change: places[change.case, change.subject])


def _is_consequence(change: Change, other: Change) -> bool:
    """Whether a change is of a rung of the same case as another one, above it, and of the same verdict."""
    ranks = _ORDER.get(change.subject), _ORDER.get(other.subject)
    return None not in ranks and (change.case, change.verdict) == (other.case, other.verdict)


def change_of(case: str, quantity: Pair[Quantity, Value]) -> Change | None:
    """The change of one quantity of a case; None when it is missing in both or within the noise."""
    verdict = _verdict_on(*quantity)
    return verdict and Change(
        case, subject_of(quantity.name), formatted(quantity.first), formatted(quantity.second), *verdict
    )


def subject_of(name: Quantity) -> str:
    """Name of a quantity in text."""
    return f"{name.text}, ms a step" if name.kind == "speed" else name.text


def _of_case(before: Session, after: Session, case: Pair[str, SessionCase]) -> Iterator[Change]:
    name, old, new = case
    if old is None or new is None:
        ends = old.status if old else "not there", new.status if new else "gone"
        yield Change(name, CASE, *ends, "worse" if old else "changed")
        return
    if old.status != new.status:
        yield Change(name, CASE, old.status, new.status, _status_verdict(old.status, new.status))
    quantities = paired(values_of(before, old), values_of(after, new))
    yield from filter(None, (change_of(name, quantity) for quantity in quantities))


def _verdict_on(name: Quantity, before: Value | None, after: Value | None) -> tuple[Verdict, str] | None:
    if before is None or after is None:
        if name.kind == "speed":  # a training from the store has no time in this session, which is no loss
            return None
        return ("changed", "new") if before is None else ("worse", "gone")
    if isinstance(before, Rung) or isinstance(after, Rung):
        assert isinstance(before, Rung)
        assert isinstance(after, Rung)
        return _of_rung(before, after)
    if abs(after - before) <= noise_of(name, before):
        return None
    return ("better" if (after > before) == (name.kind == "quality") else "worse"), ""


def _of_rung(before: Rung, after: Rung) -> tuple[Verdict, str] | None:
    checks = paired(before.checks, after.checks)
    fallen = [name for name, old, new in checks if old and new and _check_fell(old, new)]
    renewed = [check for check in checks if not check.is_in_both]
    detail = f"{_counted(len(fallen), 'check')} fell: {_some(fallen)}" if fallen else ""
    if fallen or _fell(before.status, after.status):
        return "worse", detail
    if before.status != after.status:
        return _status_verdict(before.status, after.status), ""
    return ("changed", f"{_counted(len(renewed), 'check')} new or gone") if renewed else None


def _check_fell(before: tuple[str, float | None], after: tuple[str, float | None]) -> bool:
    old, new = before[1], after[1]
    return _fell(before[0], after[0]) or (old is not None and new is not None and new < 0 <= old)


def _fell(before: str, after: str) -> bool:
    return before != after and _status_verdict(before, after) == "worse"


def _status_verdict(before: str, after: str) -> Verdict:
    """The verdict on a change of status; a case that is now skipped became worse, because it shows nothing any more."""
    if after == "skipped" or _BADNESS[after] > _BADNESS[before]:
        return "worse"
    return "better" if _BADNESS[after] < _BADNESS[before] else "changed"


def _options(case: SessionCase) -> dict[str, str]:
    overrides = ", ".join(f"{key}={value}" for key, value in sorted(case.overrides.items()))
    return {
        "the profile": case.profile,
        "the pair": ", ".join(case.backends),
        "what was overridden": overrides or "nothing",
        "the injected fault": case.fault or "none",
    }


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _some(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
