"""What became worse, or better, from one session to another: one rule, for two hubs and for a whole history."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from harness.judge.comparing import Pair, paired
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
_BADNESS = {"pass": 0, "declared": 1, "inconclusive": 1, "skipped": 1, "fail": 2, "error": 3}
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
    for case in sorted(paired(before.cases, after.cases)):
        found += _of_case(before, after, case)
    order = {"worse": 0, "better": 1, "changed": 2}
    return sorted(found, key=lambda change: order[change.verdict])


def asked_differently(before: Session, after: Session) -> list[str]:
    """What makes the two sessions less than comparable, a sentence each."""
    notes = [f"{one.name} has not come to its end." for one in (before, after) if one.summary.finished is None]
    for case, old, new in sorted(paired(before.cases, after.cases)):
        if old and new:
            differing = (key for key in paired(_asked(old), _asked(new)) if key.first != key.second)
            notes += [f"{case}: {key} was {one}, and is {other}." for key, one, other in differing]
    return notes


def of_figure(case: str, figure: Pair[Name, Figure]) -> Change | None:
    """What became of one figure of a case; None when nothing that counts did."""
    became = _became(*figure)
    return became and Change(case, subject_of(figure.name), shown(figure.first), shown(figure.second), *became)


def subject_of(name: Name) -> str:
    """What a figure is called in a sentence."""
    return f"{name.text}, ms a step" if name.kind == "speed" else name.text


def _of_case(before: Session, after: Session, case: Pair[str, CaseRecord]) -> Iterator[Change]:
    name, old, new = case
    if old is None or new is None:
        ends = old.status if old else "not there", new.status if new else "gone"
        yield Change(name, CASE, *ends, "worse" if old else "changed")
        return
    if old.status != new.status:
        yield Change(name, CASE, old.status, new.status, _moved(old.status, new.status))
    figures = paired(figures_of(before, old), figures_of(after, new))
    yield from filter(None, (of_figure(name, figure) for figure in figures))


def _became(name: Name, before: Figure | None, after: Figure | None) -> tuple[Verdict, str] | None:
    if before is None or after is None:
        if name.kind == "speed":  # a time from the store is no time of this session, and nothing is lost with it
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


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _some(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
