"""What became of the real bugs as sentences and tables, for the terminal, `real.html` and `real-bugs.md`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from harness.report.tables import Table

MATRIX = ("bug", "what was wrong", "found in", "side", "expected", "lowest red", "cause", "fixed")
SAID = ("bug", "side", "words for the cause", "what the report says")
OPEN = ("bug", "side", "what the report says", "why")
SAME = ("red", "cause_named", "fixed_red")
"""What has to be the same on both sides for one row to show them."""


def sentence(figures: Mapping[str, Any]) -> str:
    """Recall and false alarms, as text; `figures` is that of `real.json`."""
    return (
        f"{figures['bugs']} bugs in {figures['trials']} trials: {figures['caught']} caught, recall "
        f"{_share(figures['recall'])}. {figures['sound']} sound cases: {figures['alarms']} red, rate of false alarms "
        f"{_share(figures['false_alarms'])}. Intervals of 95 % after Clopper and Pearson."
    )


def rungs(figures: Mapping[str, Any]) -> str:
    """How many bugs were red where the table expects it, and of how many the cause is named, as text."""
    right, lowest, named = (figures[name] for name in ("as_expected", "lowest_as_expected", "cause_named"))
    return (
        f"{right} of {figures['bugs']} ({_percent(right, figures)}) were red on a rung that the table names: {lowest} "
        f"had it as their lowest red rung, of {right - lowest} the contracts had told on rung spec before. Of {named} "
        f"({_percent(named, figures)}) the report names the cause."
    )


def _share(found: Mapping[str, float]) -> str:
    return f"{found['share']:.3f} ({found['low']:.3f} to {found['high']:.3f})"


def _percent(number: int, figures: Mapping[str, Any]) -> str:
    return f"{100 * number / max(figures['bugs'], 1):.1f} %"


def merged(trials: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows by bug; where both sides have the same result they make one."""
    found: list[dict[str, Any]] = []
    for _, of_bug in groupby(trials, key=lambda one: one["bug"]):
        sides = list(of_bug)
        if len(sides) > 1 and all(one[key] == sides[0][key] for one in sides for key in SAME):
            found.append({**sides[0], "side": "both"})
        else:
            found += map(dict, sides)
    return found


def line(one: Mapping[str, Any]) -> str:
    """A trial on one line, for the terminal."""
    expected = " or ".join(one["expected"])
    name = f"{one['bug']}@{one['side']}"
    return f"{name:44} {lowest(one):18} expected {expected:20} cause {cause(one):10} fixed {fixed(one)}"


def lowest(one: Mapping[str, Any]) -> str:
    """The lowest red rung of a trial; behind it the one that numbers showed, where the contract told before."""
    red: Sequence[str] = one["red"]
    return ", then ".join(red[:2]) if one["told_by_spec"] and red[1:] else one["lowest_red_rung"] or "none"


def is_open(one: Mapping[str, Any]) -> bool:
    """Whether a trial went otherwise than it should."""
    return not one["as_expected"] or bool(one["fixed_red"])


def is_wrong(one: Mapping[str, Any]) -> bool:
    """Whether a trial may not be as it is.

    A bug is missed, a sound case is red, or a bug is red elsewhere than the table expects and does not say why.
    """
    missed_or_alarm = bool(one["red"]) == bool(one["control"])
    return missed_or_alarm or bool(one["fixed_red"]) or not (one["as_expected"] or one["open"])


def cause(one: Mapping[str, Any]) -> str:
    """Whether the report names the cause of a trial, as text."""
    return "-" if one["control"] else "named" if one["cause_named"] else "not named"


def fixed(one: Mapping[str, Any]) -> str:
    """What became of the fixed version, as text."""
    return f"red: {', '.join(one['fixed_red'])}" if one["fixed_red"] else "green"


def matrix(trials: Iterable[Mapping[str, Any]]) -> Table:
    """One row for each bug, or for each of its sides where these differ."""
    return Table.of(MATRIX, map(_row, trials))


def _row(one: Mapping[str, Any]) -> tuple[str, ...]:
    found = ", ".join(one["sources"])
    expected = " or ".join(one["expected"])
    return (one["bug"], one["sentence"], found, one["side"], expected, lowest(one), cause(one), fixed(one))


def open_ones(trials: Iterable[Mapping[str, Any]]) -> Table:
    """One row for each that was missed, or that is red elsewhere than expected."""
    return Table.of(OPEN, ((one["bug"], one["side"], told(one), one["open"]) for one in trials if is_open(one)))


def told(one: Mapping[str, Any]) -> str:
    """The diagnosis of a trial, behind the rung that it is of."""
    if not one["red"]:
        return f"nothing is red; {' or '.join(one['expected'])} was expected"
    return f"{one['lowest_red_rung']} ({' or '.join(one['expected'])} was expected): {one['diagnosis']}"


def said(trials: Iterable[Mapping[str, Any]]) -> Table:
    """One row for each bug that was caught: what the report says of it."""
    return Table.of(SAID, _said(trials))


def _said(trials: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str, str, str]]:
    for one in trials:
        if one["red"]:
            yield one["bug"], one["side"], ", ".join(one["causes"]), one["diagnosis"]
