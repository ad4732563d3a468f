"""Which side is wrong, where anything but the other side can tell: the oracle, a formula, the truth, itself."""

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from harness.judge.verdict import RED, Check
from harness.records.localisation import LocalisationRecord

AGAINST_ORACLE = ("physics", "loss")
"""Rungs that compare each side with the oracle, in checks called `<side>.<precision>.<tensor>`."""
AGAINST_TRUTH = ("scale", "reconstruction")
"""Rungs whose checks of one side hold it against a closed form or the truth."""
LEAVES = " leaves Adam's formula"
"""What rung step says of a side whose step is not the one that its constants make."""
UNTOLD = "nothing here tells which side is wrong"


class Checked(Protocol):
    """What is asked of: a case, or a trial of a fault."""

    @property
    def backends(self) -> Collection[str]:
        """Both sides, the reference first."""

    @property
    def checks(self) -> Sequence[Check]:
        """The checks, rung by rung."""


def wrong_side(case: Checked, reds: Sequence[Check], found: LocalisationRecord | None) -> str:
    """Who is wrong, and what says so, in words; UNTOLD where nothing is known. The arguments are those of `blamed`."""
    names, reason = blamed(case, reds, found)
    return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} wrong: {reason}" if names else UNTOLD


def blamed(case: Checked, reds: Sequence[Check], found: LocalisationRecord | None) -> tuple[list[str], str]:
    """The sides that are wrong, and what says so; none where the sides differ and nothing else is known.

    Args:
        case: what was judged.
        reds: the red checks of the lowest red rung.
        found: the first tensor that differs, if it is of that rung.
    """
    sides = tuple(case.backends)
    own, narrow = _alone(reds, sides), set((found and found.in_float32) or ())
    formula = {side for check in reds for side in sides if f"{side}{LEAVES}" in check.message}
    off = _off_the_oracle(case, sides, found) if found else set[str]()
    beside = _alone((check for check in case.checks if check.rung in AGAINST_TRUTH), sides)
    truth = beside if len(beside) == 1 else set[str]()  # where both are off, it tells them not apart
    for wrong, reason in (
        (off, _oracle(sides, off)),
        (own, _oracle(sides, own) if reds and reds[0].rung in AGAINST_ORACLE else "it fails by itself"),
        (narrow if len(narrow) == 1 else (), "float64 was asked for"),  # both did, and yet they differ
        (formula, "Adam's formula says so"),
        (truth, "the truth or a closed form says so"),
    ):
        if wrong:
            return [side for side in sides if side in wrong], reason
    return [], ""


def _alone(checks: Iterable[Check], sides: Sequence[str]) -> set[str]:
    """The sides of which a check by itself, called `<side>.…` or `seen.<side>.…`, is red."""
    names = [check.name.removeprefix("seen.") for check in checks if check.status in RED]
    return {side for side in sides if any(name.startswith(f"{side}.") for name in names)}


def _oracle(sides: Sequence[str], wrong: Collection[str]) -> str:
    right = [side for side in sides if side not in wrong]
    return f"the oracle agrees with {right[0] if right else 'neither'}"


def _off_the_oracle(case: Checked, sides: Sequence[str], found: LocalisationRecord) -> set[str]:
    """The sides that the oracle contradicts in the first tensor that differs."""
    checks = {check.name: check.status for check in case.checks if check.rung in AGAINST_ORACLE}
    return {side for side in sides if checks.get(f"{side}.{found.precision}.{found.tensor}") in RED}
