"""The telemetry files that every session writes for each of its cases."""

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
    """Write the telemetry of a case that was run; returns a sentence for each file that could not be made.

    If the hub already holds telemetry it is kept: the files that it is computed from do not change.
    """
    if (case.folder / reassembly.JSON).is_file():
        return []
    problems = []
    for name, tool in TOOLS.items():
        try:
            tool(case)
        except Exception as fault:  # a broken file must not cost the session its report
            problems.append(f"{name}: {type(fault).__name__}: {fault}")
    return problems
