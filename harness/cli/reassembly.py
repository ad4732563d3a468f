"""`reassembly`: checks that the canvas of every case holds the patches that are placed on it."""

from collections.abc import Iterator

import typer

from harness.cli.common import Hub, Json, case_lines, print_result
from harness.records.reassembly import ReassemblyRecord
from harness.report.telemetry import reassembly as tool
from harness.report.telemetry.cases import NotRun, over_hub


def reassembly(root: Hub, as_json: Json = False) -> None:
    """Print offsets, required canvas and what is lost of both halves and both sides of every case, in pixels.

    Writes reassembly/reassembly.json and .md into each case. Exit status 1 when a canvas does not hold its patches.

    Example: python -m harness reassembly reports/latest
    """
    found = over_hub(root, tool.write)
    print_result(found, case_lines(found, _lines), as_json)
    raise typer.Exit(0 if all(isinstance(case, NotRun) or tool.fits(case) for case in found) else 1)


def _lines(case: ReassemblyRecord) -> Iterator[str]:
    yield f"{case.case}, N {case.N}"
    yield tool.table(case).text()
    yield from (f"{name}: {reason}" for name, reason in case.reasons.items())
