"""The telemetry that every session leaves beside the pages of its cases."""

from pathlib import Path

from harness.report.telemetry import history, patch_stats, reassembly, stages
from harness.report.telemetry.cases import Tool
from harness.session import case_runner, hub

TOOLS: dict[str, Tool] = {
    "reassembly": reassembly.write,
    "history": history.write,
    "patch statistics": patch_stats.write,
    "stages": stages.write,
}


def write(folder: Path) -> list[str]:
    """Write the telemetry of a case that was run; returns a sentence for each thing that could not be made.

    What stands in the hub is not computed again: it tells of files that have not changed since.
    """
    if (folder / reassembly.JSON).is_file():
        return []
    evidence, problems = case_runner.settled_evidence(folder, hub.read_case(folder).backends), []
    for name, tool in TOOLS.items():
        try:
            tool(evidence)
        except Exception as fault:  # a session's verdicts are never lost for want of its telemetry
            problems.append(f"{name}: {type(fault).__name__}: {fault}")
    return problems
