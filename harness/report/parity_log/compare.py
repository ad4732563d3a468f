"""Compares two files of one kind, stage by stage: the parity logs of two studies, or the telemetry of two runs.

Either file may come from another program that uses the same names. What one of them lacks is listed as missing.
"""

from typing import Any

from harness import layout
from harness.errors import HarnessError
from harness.report.parity_log import doses, runs
from harness.report.parity_log.difference import Comparison, combined

KINDS = {layout.PARITY_LOG: doses, layout.TELEMETRY: runs}
"""The module that compares each kind of file, by the name that the file has in a hub."""


def compare(first: Any, second: Any) -> Comparison:
    """Compare every statistic that both files hold, in the order of the stages.

    Raises HarnessError for a file of neither kind, for two of different kinds, and for two with no statistic in common.
    """
    kinds = [_kind(name, record) for name, record in (("A", first), ("B", second))]
    if kinds[0] != kinds[1]:
        raise HarnessError(f"A is a {kinds[0]} and B a {kinds[1]}; compare two of the same kind.")
    return combined(KINDS[kinds[0]].compare(first, second))


def _kind(name: str, record: Any) -> str:
    """The kind of a file, found from the keys that it holds."""
    found = [kind for kind, module in KINDS.items() if isinstance(record, dict) and module.KEY in record]
    if len(found) != 1:
        keys = " or ".join(f"{module.KEY!r} ({kind})" for kind, module in KINDS.items())
        raise HarnessError(f"{name}: is neither a parity log nor the telemetry of a run; it must hold {keys}.")
    return found[0]
