"""Two files of the same kind, stage by stage: parity logs of a dose study, or the telemetry of two runs.

Both may come from elsewhere, as long as they keep the names; what one of them lacks is told.
"""

from typing import Any

from harness import layout
from harness.errors import HarnessError
from harness.report.parity_log import doses, runs
from harness.report.parity_log.difference import Comparison, together

KINDS = {layout.PARITY_LOG: doses, layout.TELEMETRY: runs}


def compare(first: Any, second: Any) -> Comparison:
    """Every figure that both files hold, in the order of the chain.

    Raises HarnessError for a file of neither kind, two of different kinds, and two without a figure in common.
    """
    kinds = [_kind(name, record) for name, record in (("A", first), ("B", second))]
    if kinds[0] != kinds[1]:
        raise HarnessError(f"A is a {kinds[0]} and B a {kinds[1]}; compare two of the same kind.")
    return together(KINDS[kinds[0]].compare(first, second))


def _kind(name: str, record: Any) -> str:
    """What a file is, by what it holds."""
    found = [kind for kind, module in KINDS.items() if isinstance(record, dict) and module.KEY in record]
    if len(found) != 1:
        keys = " or ".join(f"{module.KEY!r} ({kind})" for kind, module in KINDS.items())
        raise HarnessError(f"{name}: is neither a parity log nor the telemetry of a run; it must hold {keys}.")
    return found[0]
