"""What is wrong with a case, in one sentence: the field `diagnosis` of `summary.json`.

The sentence is about the lowest red rung, because the rungs above it are most often red as a consequence. Where a side
lacks tensors, the sentence names them. Where the lock-step runs show which tensor differs first on that rung, it says
how this tensor differs; otherwise it quotes the first red check.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

from harness.judge.verdict import RED, Check, Status
from harness.records.localisation import LocalisationRecord
from harness.report.wrong_side import blamed, wrong_side

_TENSOR = {
    "loss": "loss term {tensor}",
    "gradient": "gradient of {tensor}",
    "step": "{tensor} after one step",
    "trajectory": "{tensor} after {first_step} steps",
}
"""How a tensor of each part of the lock-step run is named; the tensors of all other parts are forward stages."""
OF_THE_PAIR = ("spec", "settings", "golden")
"""Rungs that hold what the sides say of themselves, or each against its own past: no side of theirs is wrong."""
_FIRST = {"loss": "term of the loss", "gradient": "gradient", "step": "tensor", "trajectory": "step"}


class Judged(Protocol):
    """What the sentence is made of: a case of `summary.json`, or a trial of a fault."""

    @property
    def status(self) -> Status:
        """The worst status of all checks."""

    @property
    def lowest_red_rung(self) -> str | None:
        """The lowest red rung; None where none is red."""

    @property
    def backends(self) -> Collection[str]:
        """Both sides, the reference first."""

    @property
    def checks(self) -> Sequence[Check]:
        """The checks, rung by rung."""

    @property
    def localisation(self) -> LocalisationRecord | None:
        """The first tensor that differs, where there is one."""


def diagnosis(case: Judged) -> str:
    """What is wrong with a case, as one line of text; empty for a case that passed.

    The lowest red rung is not named: it is printed beside the text. For a skipped or inconclusive case, the text names
    the rungs that passed and the first check with its status.
    """
    rung = case.lowest_red_rung
    if rung is None:
        check = _first(case.checks, case.status) if case.status != "pass" else None
        return "" if check is None else _one_line(f"{_green(case)}{check.rung}.{check.name}: {check.message}")
    reds, here = _reds(case), _parting(case)
    missing = [check for check in reds if check.name.endswith(".present")]  # what is there may well follow from it
    text = _first_difference(case, here) if here and not missing else _first_red_check(missing or reds)
    failed = [check for check in reds if check.status == "fail"]
    whose = f"; {wrong_side(case, failed, here)}" if failed and rung not in OF_THE_PAIR else ""
    where = f"; {', '.join(found)}" if (found := places(case)) else ""
    return _one_line(text + whose + where + _error_elsewhere(case, reds))


def places(case: Judged) -> list[str]:
    """Where the side that is wrong computes the first tensor that differs, as `FILE:LINE` below its checkout.

    Of the side whose tensor it is where nothing tells which side is wrong; empty where a side does not say it.
    """
    if (found := _parting(case)) is None:
        return []
    written = [text.rpartition(" of ") for text in found.written_in or ()]
    failed = [check for check in _reds(case) if check.status == "fail"]
    sides = blamed(case, failed, found)[0] or [_sides(case, found)[0]]
    return [place for place, _, side in written if side in sides]


def more_red(case: Judged) -> int:
    """How many rungs above the lowest red one are red as well, most often in consequence."""
    return max(len({check.rung for check in case.checks if check.status in RED}) - 1, 0)


def _reds(case: Judged) -> list[Check]:
    """The red checks of the lowest red rung."""
    return [check for check in case.checks if check.rung == case.lowest_red_rung and check.status in RED]


def _parting(case: Judged) -> LocalisationRecord | None:
    """The first tensor that differs, if it is of the lowest red rung."""
    found = case.localisation
    return found if found and found.rung == case.lowest_red_rung else None


def _green(case: Judged) -> str:
    """The rungs of a case of which every check passed; empty where there is none."""
    rungs = dict.fromkeys(check.rung for check in case.checks)
    green = [rung for rung in rungs if all(check.status == "pass" for check in case.checks if check.rung == rung)]
    return f"nothing is red, {', '.join(green)} {'pass' if len(green) > 1 else 'passes'}; " if green else ""


def _first_red_check(reds: Sequence[Check]) -> str:
    """Name and message of the first red check of a rung; a red rung without one was never judged."""
    return f"{reds[0].name}: {reds[0].message}" if reds else "no check was made, so nothing was shown"


def _first_difference(case: Judged, found: LocalisationRecord) -> str:
    """How the first tensor that differs does so, with the notes on it in parentheses.

    E.g. `torch's exit_wave is tensorflow's, conjugated (7e-16 is left; first stage that differs)`.
    """
    if not found.max_abs:  # of another shape or type, or not finite: the check says which
        return f"{found.check}: {found.message}"
    own, other = _sides(case, found)
    tensor = _TENSOR.get(found.stage, "{tensor}").format(**found.model_dump())
    return f"{own}'s {tensor} {_is(found, other)} ({'; '.join(_notes(case, found))})"


def _sides(case: Judged, found: LocalisationRecord) -> tuple[str, str]:
    """The side whose tensor differs, and the side (or `the oracle`) that it was compared with."""
    reference, candidate = case.backends
    if found.against == reference:
        return candidate, reference
    return found.check.partition(".")[0], "the oracle"  # a check against the oracle begins with its side


def _is(found: LocalisationRecord, other: str) -> str:
    """`is tensorflow's times 1.01` where a hypothesis explains the difference, else its size."""
    if found.transformation:
        return f"is {of_side(found.transformation, other)}"
    if found.max_rel is None:
        return f"differs from {other}'s by up to {found.max_abs:.3g}"
    return f"differs from {other}'s by up to {100 * found.max_rel:.3g} % of its largest value"


def of_side(transformation: str, side: str) -> str:
    """What a tensor is instead, with the name of the side whose tensor is right: `tensorflow's, conjugated`."""
    return transformation.replace("the other side", side)


def _notes(case: Judged, found: LocalisationRecord) -> Iterator[str]:
    """What an explanation leaves, that the tensor differs first, in which precision, and which others are wrong."""
    if found.left is not None:
        yield f"{found.left:.0e} is left" if found.left else "nothing is left"
    first = f"first {_FIRST.get(found.stage, 'stage')} that differs"
    yield f"{first} in float32" if found.precision == "float32" else first
    if found.in_float32:
        yield f"computed in float32 by {' and '.join(found.in_float32)}"
    if found.wrong_alone and found.wrong_alone != (found.tensor,) and found.rung == "stages":
        yield f"wrong by themselves: {', '.join(found.wrong_alone)}"
    if found.rung == "gradient" and any(_is_wrong_slope(check) for check in case.checks):
        yield "the loss has another slope at the same outputs"


def _is_wrong_slope(check: Check) -> bool:
    return check.rung == "gradient" and check.name.startswith("slope.") and check.status == "fail"


def _error_elsewhere(case: Judged, reds: Sequence[Check]) -> str:
    """The first check with status `error`, when the lowest red rung of the case holds only failed checks."""
    check = _first(case.checks, "error")
    if check is None or any(red.status == "error" for red in reds):
        return ""
    return f"; and {check.rung}.{check.name} could not be judged: {check.message}"


def _first(checks: Sequence[Check], status: str) -> Check | None:
    return next((check for check in checks if check.status == status), None)


def _one_line(text: str) -> str:
    """The text on one line: a message may hold a traceback of several lines."""
    return " ".join(text.split())
