"""What became worse, or better, from one session to another: one rule, for two hubs and for a whole history."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from harness.report.trend.figures import QUALITY_NOISE, SPEED_NOISE, Figure, Name, Rung, figures_of, noise_of, shown
from harness.report.trend.sessions import CaseRecord, Session

Verdict = Literal["worse", "better", "changed"]

_NOISE = ", ".join(f"{metric} {noise:g}" for metric, noise in QUALITY_NOISE.items())
RULE = (
    "Worse is: the status of a case, a rung or a check that fell, a margin that went below 0, a quality figure lower "
    f"by more than two sound trainings may be apart ({_NOISE}), a candidate whose ms a step, over those of its own "
    f"session's reference run, rose by more than {SPEED_NOISE:.0%}, and a case, a rung or a quality figure "
    "that is gone."
)
CASE = "the case"
_BADNESS = {"pass": 0, "inconclusive": 1, "skipped": 1, "fail": 2, "error": 3}
_NAMED = 3


@dataclass(frozen=True)
class Change:
    """One thing that is not as it was."""

    case: str
    subject: str
    before: str
    after: str
    verdict: Verdict
    detail: str = ""

    def as_text(self) -> str:
        """One line."""
        return f"{self.verdict}: {self.case}, {self.subject}: {self.before} -> {self.after}" + (
            f" ({self.detail})" if self.detail else ""
        )


def between(before: Session, after: Session) -> list[Change]:
    """Every change of every case that either session holds, the worse ones first."""
    found: list[Change] = []
    for case in sorted({**before.cases, **after.cases}):
        found += _of_case(before, after, case)
    order = {"worse": 0, "better": 1, "changed": 2}
    return sorted(found, key=lambda change: order[change.verdict])


def asked_differently(before: Session, after: Session) -> list[str]:
    """What makes the two sessions less than comparable, a sentence each."""
    notes = [f"{one.name} has not come to its end." for one in (before, after) if one.summary.finished is None]
    for case in sorted(before.cases.keys() & after.cases.keys()):
        old, new = (_asked(session.cases[case]) for session in (before, after))
        notes += [f"{case}: {key} was {old[key]}, and is {new[key]}." for key in old if old[key] != new[key]]
    return notes


def of_figure(name: Name, before: Figure, after: Figure) -> tuple[Verdict, str] | None:
    """What became of one figure, with the detail; None when nothing that counts did."""
    if isinstance(before, Rung) and isinstance(after, Rung):
        return _of_rung(before, after)
    assert isinstance(before, float)
    assert isinstance(after, float)
    if abs(after - before) <= noise_of(name, before):
        return None
    rose = after > before
    return ("better" if rose == (name.kind == "quality") else "worse"), ""


def subject_of(name: Name) -> str:
    """What a figure is called in a sentence."""
    return f"{name.text}, ms a step" if name.kind == "speed" else name.text


def _of_case(before: Session, after: Session, case: str) -> Iterator[Change]:
    old, new = before.cases.get(case), after.cases.get(case)
    if old is None or new is None:
        there = old or new
        assert there is not None
        yield Change(case, CASE, *_ends(old, new), "changed" if old is None else "worse")
        return
    if old.status != new.status:
        yield Change(case, CASE, old.status, new.status, _moved(old.status, new.status))
    yield from _of_figures(case, figures_of(before, old), figures_of(after, new))


def _of_figures(case: str, old: Mapping[Name, Figure], new: Mapping[Name, Figure]) -> Iterator[Change]:
    for name in dict.fromkeys([*old, *new]):
        subject = subject_of(name)
        ends = shown(old.get(name)), shown(new.get(name))
        if name in old and name in new:
            if found := of_figure(name, old[name], new[name]):
                yield Change(case, subject, *ends, *found)
        elif name.kind != "speed":  # a time from the store is no time of this session, and nothing is lost with it
            yield Change(case, subject, *ends, "worse" if name in old else "changed", "gone" if name in old else "new")


def _of_rung(before: Rung, after: Rung) -> tuple[Verdict, str] | None:
    common = [name for name in before.checks if name in after.checks]
    fallen = [name for name in common if _check_fell(before.checks[name], after.checks[name])]
    renewed = before.checks.keys() ^ after.checks.keys()
    detail = f"{_counted(len(fallen), 'check')} fell: {_some(fallen)}" if fallen else ""
    if fallen or _fell(before.status, after.status):
        return "worse", detail
    if before.status != after.status:
        return _moved(before.status, after.status), ""
    return ("changed", f"{_counted(len(renewed), 'check')} new or gone") if renewed else None


def _check_fell(before: tuple[str, float | None], after: tuple[str, float | None]) -> bool:
    old, new = before[1], after[1]
    return _fell(before[0], after[0]) or (old is not None and new is not None and new < 0 <= old)


def _fell(before: str, after: str) -> bool:
    return before != after and _moved(before, after) == "worse"


def _moved(before: str, after: str) -> Verdict:
    """From one status to another; what is skipped now has lost whatever it showed."""
    if after == "skipped" or _BADNESS[after] > _BADNESS[before]:
        return "worse"
    return "better" if _BADNESS[after] < _BADNESS[before] else "changed"


def _asked(case: CaseRecord) -> dict[str, str]:
    overrides = ", ".join(f"{key}={value}" for key, value in sorted(case.overrides.items()))
    return {
        "the profile": case.profile,
        "the pair": ", ".join(case.backends),
        "what was overridden": overrides or "nothing",
        "the injected fault": case.fault or "none",
    }


def _ends(old: CaseRecord | None, new: CaseRecord | None) -> tuple[str, str]:
    return old.status if old else "not there", new.status if new else "gone"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _some(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
