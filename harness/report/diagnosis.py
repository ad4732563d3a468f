"""What is wrong with a case, in one sentence: the field `diagnosis` of summary.json, which every line of a case shows.

It speaks of the lowest red rung, for the rungs above it are most often red as its consequence. Where the lock-step
found the first tensor that differs there, it says what that tensor is instead; elsewhere it quotes the first red check.
"""

from collections.abc import Iterator, Sequence

from harness.judge.verdict import RED, Check
from harness.records.localisation import LocalisationRecord
from harness.records.summary import CaseSummary

_TENSOR = {
    "loss": "loss term {tensor}",
    "gradient": "gradient of {tensor}",
    "step": "{tensor} after one step",
    "trajectory": "{tensor} after {first_step} steps",
}
"""What the tensor of a place in the lock-step is; a place that is not listed is a stage of the forward pass."""
_AGAINST_ORACLE = ("physics", "loss")
"""Rungs that hold each side against the oracle, in checks `<side>.<precision>.<tensor>`."""
_FIRST = {"loss": "term of the loss", "gradient": "gradient", "step": "tensor", "trajectory": "step"}


def diagnosis(case: CaseSummary) -> str:
    """Say what is wrong with a case; empty for one that passed.

    It does not name the lowest red rung, which stands beside it. Of a case that is not red it quotes the first check
    that has the status of the case.
    """
    rung = case.lowest_red_rung
    if rung is None:
        check = _first(case.checks, case.status) if case.status != "pass" else None
        return "" if check is None else _one_line(f"{check.rung}.{check.name}: {check.message}")
    parting = case.localisation
    reds = [check for check in case.checks if check.rung == rung and check.status in RED]
    found = _parting(case, parting) if parting and parting.rung == rung else _quoted(reds)
    return _one_line(found + _error_elsewhere(case, reds))


def _quoted(reds: Sequence[Check]) -> str:
    """The first red check of a rung; a rung that is red without one was never judged."""
    return f"{reds[0].name}: {reds[0].message}" if reds else "no check was made, so nothing was shown"


def _parting(case: CaseSummary, parting: LocalisationRecord) -> str:
    """`torch's exit_wave is tensorflow's, conjugated (first stage that differs; the oracle agrees with tensorflow)`."""
    if parting.max_abs is None:  # of another shape or type, or not finite: the check says which
        return f"{parting.check}: {parting.message}"
    own, other = _sides(case, parting)
    tensor = _TENSOR.get(parting.stage, "{tensor}").format(**parting.model_dump())
    return f"{own}'s {tensor} {_is(parting, other)} ({'; '.join(_notes(case, parting))})"


def _sides(case: CaseSummary, parting: LocalisationRecord) -> tuple[str, str]:
    """Whose tensor it is, and whose it was held against."""
    reference, candidate = case.backends
    if parting.against == reference:
        return candidate, reference
    return parting.check.partition(".")[0], "the oracle"  # a check against the oracle begins with its side


def _is(parting: LocalisationRecord, other: str) -> str:
    """`is tensorflow's times 1.01` where a simple change explains the difference, else how large it is."""
    if parting.transformation:
        return f"is {parting.transformation.replace('the other side', other)}"
    if parting.max_rel is None:
        return f"differs from {other}'s by up to {parting.max_abs:.3g}"
    return f"differs from {other}'s by up to {100 * parting.max_rel:.3g} % of its largest value"


def _notes(case: CaseSummary, parting: LocalisationRecord) -> Iterator[str]:
    """That it is the first, at which precision if not at float64, and with which side the oracle agrees."""
    first = f"first {_FIRST.get(parting.stage, 'stage')} that differs"
    yield f"{first} in float32" if parting.precision == "float32" else first
    found = {check.name: check.status for check in case.checks if check.rung in _AGAINST_ORACLE}
    held = {side: found.get(f"{side}.{parting.precision}.{parting.tensor}") for side in case.backends}
    if set(held.values()) == {"fail", "pass"}:
        yield f"the oracle agrees with {next(side for side, status in held.items() if status == 'pass')}"
    elif set(held.values()) == {"fail"}:
        yield "the oracle agrees with neither"


def _error_elsewhere(case: CaseSummary, reds: Sequence[Check]) -> str:
    """What could not be judged, of a case that is an error although its lowest red rung merely failed."""
    check = _first(case.checks, "error")
    if check is None or any(red.status == "error" for red in reds):
        return ""
    return f"; and {check.rung}.{check.name} could not be judged: {check.message}"


def _first(checks: Sequence[Check], status: str) -> Check | None:
    return next((check for check in checks if check.status == status), None)


def _one_line(text: str) -> str:
    """A message may hold the lines of a worker's error."""
    return " ".join(text.split())
