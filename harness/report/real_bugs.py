"""Contents of `faults/real.json`: what became of each bug of a public port, before it was fixed and after."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from scipy.stats import binomtest

from harness.report.diagnosis import diagnosis
from harness.session.trials import Outcome, subject_of

Row = dict[str, Any]
Fixed = Mapping[tuple[str, str], Sequence[str]]
"""The rungs that are red without any bug, by the case and the side that would have one."""


def row(outcome: Outcome, fixed: Sequence[str]) -> Row:
    """One bug on one side; `fixed`: the rungs that are red without it."""
    fault, bug = outcome.injected.fault, outcome.injected.fault.real
    assert bug is not None
    told = diagnosis(outcome) if outcome.red else ""
    return {
        "bug": fault.id,
        "sentence": fault.sentence,
        "sources": list(bug.sources),
        "case": subject_of(fault).scenario,
        "side": outcome.injected.backend,
        "expected": list(fault.rungs),
        "causes": [cause.format(other=outcome.backends[0]) for cause in bug.causes],
        "control": fault.is_control,
        "lowest_red_rung": outcome.lowest_red_rung,
        "red": list(outcome.red),
        "told_by_spec": fault.is_told(outcome.red),
        "as_expected": outcome.as_expected,
        "diagnosis": told,
        "message": outcome.message,
        "open": bug.open,
        "cause_named": bool(outcome.red) and bug.names_cause(f"{told}\n{outcome.message}", outcome.backends[0]),
        "fixed_red": list(fixed),
    }


def record(outcomes: Sequence[Outcome], fixed: Fixed) -> dict[str, Any]:
    """All of `real.json`: `figures`, and `trials`, one row for each bug and side."""
    rows = [row(one, fixed[subject_of(one.injected.fault).scenario, one.injected.backend]) for one in outcomes]
    return {"figures": figures(rows, fixed), "trials": sorted(rows, key=lambda one: (one["bug"], one["side"]))}


def figures(rows: Sequence[Row], fixed: Fixed) -> dict[str, Any]:
    """Counts of bugs, each of which counts where it holds on every side that can have it, and of sound cases.

    Recall is the share of the bugs that are caught. A sound case is one without a bug, or with two that cancel.
    """
    bugs = [list(found) for _, found in groupby(sorted(rows, key=_name), key=_name)]
    real = [sides for sides in bugs if not sides[0]["control"]]
    sound = [*fixed.values(), *(one["red"] for sides in bugs if sides[0]["control"] for one in sides)]
    caught = _number(real, lambda one: bool(one["red"]))
    alarms = sum(bool(red) for red in sound)
    return {
        "bugs": len(real),
        "trials": sum(map(len, real)),
        "caught": caught,
        "recall": interval(caught, len(real)),
        "as_expected": _number(real, lambda one: one["as_expected"]),
        "lowest_as_expected": _number(real, lambda one: one["as_expected"] and not one["told_by_spec"]),
        "cause_named": _number(real, lambda one: one["cause_named"]),
        "sound": len(sound),
        "alarms": alarms,
        "false_alarms": interval(alarms, len(sound)),
    }


def _name(one: Row) -> str:
    return str(one["bug"])


def _number(bugs: Sequence[Sequence[Row]], holds: Any) -> int:
    return sum(all(map(holds, sides)) for sides in bugs)


def interval(hits: int, of: int) -> dict[str, float]:
    """The share, and its 95 % interval after Clopper and Pearson; of nothing, all shares are possible."""
    if not of:
        return {"share": 0.0, "low": 0.0, "high": 1.0}
    found = binomtest(hits, of).proportion_ci(method="exact")
    return {"share": hits / of, "low": float(found.low), "high": float(found.high)}
