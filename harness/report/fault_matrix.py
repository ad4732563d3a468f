"""What the trials found, for programs: a row a fault and side, and the shares."""

from collections.abc import Sequence
from typing import Any

from harness.session.trials import Outcome


def row(outcome: Outcome) -> dict[str, Any]:
    """One trial for programs."""
    fault = outcome.injected.fault
    return {
        "fault": fault.id,
        "backend": outcome.injected.backend,
        "size": fault.size if outcome.injected.size is None else outcome.injected.size,
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
    faults = [outcome for outcome in outcomes if not outcome.injected.fault.is_control]
    controls = [outcome for outcome in outcomes if outcome.injected.fault.is_control]
    return {
        "faults": len({outcome.injected.fault.id for outcome in faults}),
        "trials": len(faults),
        "caught": sum(outcome.first is not None for outcome in faults),
        "as_expected": sum(outcome.as_expected for outcome in faults),
        "controls": len(controls),
        "false_alarms": sum(outcome.first is not None for outcome in controls),
    }
