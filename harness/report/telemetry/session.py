"""The telemetry that every session leaves beside the pages of its cases."""

from collections.abc import Callable

from harness.report.case_files import CaseFiles
from harness.report.telemetry import history, patch_stats, reassembly, stages

TOOLS: dict[str, Callable[[CaseFiles], object]] = {
    "reassembly": reassembly.write,
    "history": history.write,
    "patch statistics": patch_stats.write,
    "stages": stages.write,
}


def write(case: CaseFiles) -> list[str]:
    """Write the telemetry of a case that was run; returns a sentence for each thing that could not be made.

    What stands in the hub is not computed again: it tells of files that have not changed since.
    """
    if (case.folder / reassembly.JSON).is_file():
        return []
    problems = []
    for name, tool in TOOLS.items():
        try:
            tool(case)
        except Exception as fault:  # a session's verdicts are never lost for want of its telemetry
            problems.append(f"{name}: {type(fault).__name__}: {fault}")
    return problems
