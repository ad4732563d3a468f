"""Contents of `faults/matrix.json`: one row for each trial of an injected fault, and how many were caught."""

from collections.abc import Sequence
from typing import Any

from harness.session.trials import Outcome


def row(outcome: Outcome) -> dict[str, Any]:
    """One trial as a row of `matrix.json`: fault and side, the rung expected to turn red, and those that did."""
    fault = outcome.injected.fault
    return {
        "fault": fault.id,
        "backend": outcome.injected.backend,
        "size": fault.size if outcome.injected.size is None else outcome.injected.size,
        "unit": fault.unit,
        "sentence": fault.sentence,
        "expected": " or ".join(fault.rungs),
        "lowest_red_rung": outcome.lowest_red_rung,
        "red": list(outcome.red),
        "judged": list(outcome.judged),
        "as_expected": outcome.as_expected,
        "message": outcome.message,
    }


def record(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """All of `matrix.json`: `shares`, the counts, and `trials`, one row each."""
    return {"shares": shares(outcomes), "trials": [row(outcome) for outcome in outcomes]}


def shares(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Count the trials.

    Of injected faults: all, those caught, and those caught on the rung that the catalogue names. Of controls, which
    change the code of a port but not its results: all, and the false alarms.
    """
    faults = [outcome for outcome in outcomes if not outcome.injected.fault.is_control]
    controls = [outcome for outcome in outcomes if outcome.injected.fault.is_control]
    return {
        "faults": len({outcome.injected.fault.id for outcome in faults}),
        "trials": len(faults),
        "caught": sum(outcome.lowest_red_rung is not None for outcome in faults),
        "as_expected": sum(outcome.as_expected for outcome in faults),
        "controls": len(controls),
        "false_alarms": sum(outcome.lowest_red_rung is not None for outcome in controls),
    }
