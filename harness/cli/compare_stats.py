"""`compare-stats`: statistics of patches and canvas of one side, relative to those of another."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.common import Json, print_result
from harness.report.telemetry import compare_stats as tool

Side = "HUB/CASE/BACKEND: the folder of a side."


def compare_stats(
    baseline: Annotated[Path, typer.Argument(help=Side)],
    candidate: Annotated[Path, typer.Argument(help=Side)],
    as_json: Json = False,
) -> None:
    """Print ratio and difference of mean, std and var_zero_mean of two sides, for patches and canvas.

    Writes stats_<candidate>_over_<baseline>.json and .md into comparison/ of the candidate's case. A baseline of zero
    gives no ratio and the status blocked_baseline_zero. Exit status 1 when a ratio is blocked.

    Example: python -m harness compare-stats reports/latest/gs1_custom/tensorflow reports/latest/gs1_custom/torch
    """
    record, path = tool.write(baseline, candidate)
    written = f"written: {path}, {path.with_suffix('.md')}"
    print_result(record, [tool.table(record).text(), written], as_json)
    raise typer.Exit(1 if tool.is_blocked(record) else 0)
