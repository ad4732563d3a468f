"""The matrix of the trials as a page: fault x side, the lowest red rung, all red rungs, and the shares."""

from collections.abc import Iterator, Sequence
from typing import Any

from harness.report.trials import Outcome


def row(outcome: Outcome) -> dict[str, Any]:
    """One trial for programs."""
    fault = outcome.seeded.fault
    return {
        "fault": fault.id,
        "backend": outcome.seeded.backend,
        "size": fault.size if outcome.seeded.size is None else outcome.seeded.size,
        "unit": fault.unit,
        "sentence": fault.sentence,
        "expected": fault.rung,
        "lowest_red_rung": outcome.first,
        "red": list(outcome.red),
        "judged": list(outcome.judged),
        "as_expected": outcome.as_expected,
        "message": outcome.message,
    }


def record(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """All trials for programs: `shares`, and `trials` with a row each."""
    return {"shares": shares(outcomes), "trials": [row(outcome) for outcome in outcomes]}


def shares(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Trials of faults: all, caught, and caught on the rung that the catalogue names; of controls: all, and red."""
    faults = [outcome for outcome in outcomes if not outcome.seeded.fault.is_control]
    controls = [outcome for outcome in outcomes if outcome.seeded.fault.is_control]
    return {
        "faults": len({outcome.seeded.fault.id for outcome in faults}),
        "trials": len(faults),
        "caught": sum(outcome.first is not None for outcome in faults),
        "as_expected": sum(outcome.as_expected for outcome in faults),
        "controls": len(controls),
        "false_alarms": sum(outcome.first is not None for outcome in controls),
    }


def sentence(outcomes: Sequence[Outcome]) -> str:
    """The shares in words."""
    found = shares(outcomes)
    return (
        f"{found['faults']} faults in {found['trials']} trials: {found['caught']} caught, "
        f"{found['as_expected']} of them with the lowest red rung that the catalogue names. "
        f"{found['controls']} trials of ports that differ and mean the same: {found['false_alarms']} red."
    )


def page(outcomes: Sequence[Outcome], command: str, day: str) -> str:
    """`docs/faults.md`."""
    return "\n".join(_lines(outcomes, command, day)) + "\n"


def _lines(outcomes: Sequence[Outcome], command: str, day: str) -> Iterator[str]:
    yield "# Seeded faults: what the judge catches"
    yield ""
    yield f"Written by `{command}` on {day}; do not edit."
    yield ""
    yield (
        "Each fault is seeded into one side of a small case with gridsize 2, and the rungs are judged from files. All "
        "rungs that read what the fault touched were judged up to the canvas, or up to the one expected if that is "
        "higher; of a fault that the lock-step shows, the training was not repeated. Trials are made in float64; a "
        "fault counts as caught when a rung fails or has no evidence."
    )
    yield ""
    yield sentence(outcomes)
    open_ones = [outcome for outcome in outcomes if not outcome.as_expected]
    if open_ones:
        yield ""
        yield "## Open: not caught, or caught on another rung than expected"
        yield ""
        yield "| fault | side | expected | lowest red | what that rung says |"
        yield "| --- | --- | --- | --- | --- |"
        for outcome in open_ones:
            one = row(outcome)
            yield (
                f"| {one['fault']} | {one['backend']} | {one['expected']} | {one['lowest_red_rung'] or 'none'} "
                f"| {_cell(one['message'])} |"
            )
    yield ""
    yield "## Matrix"
    yield ""
    yield "| fault | what it changes | size | side | lowest red | all red |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for outcome in outcomes:
        one = row(outcome)
        size = "-" if one["size"] is None else f"{one['size']:g} {one['unit']}"
        yield (
            f"| {one['fault']} | {_cell(one['sentence'])} | {size} | {one['backend']} "
            f"| {one['lowest_red_rung'] or 'none'} | {', '.join(one['red']) or '-'} |"
        )


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
