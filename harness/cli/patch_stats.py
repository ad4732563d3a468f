"""`patch-stats`: statistics of the predicted patches, together and one by one."""

import typer

from harness.cli.common import Hub, Json, print_json
from harness.records.inference import PatchStats
from harness.report.telemetry import patch_stats as tool
from harness.report.telemetry.cases import NotRun, OfSides, over_hub


def patch_stats(root: Hub, as_json: Json = False) -> None:
    """Print mean, std and var_zero_mean of the patches of both sides of every case.

    They are listed one by one when the session was run with --parity-log-patch-stats, the first
    --parity-patch-stats-limit training batches and inference groups of them. The JSON is patch_stats.json, as the
    inference left it; inference_outputs/patch_stats.md is written beside it.

    Example: python -m harness patch-stats reports/latest
    """
    found = over_hub(root, tool.write)
    if as_json:
        print_json(found)
        return
    for case in found:
        typer.echo("\n".join(_lines(case)))


def _lines(case: OfSides[PatchStats] | NotRun) -> list[str]:
    if isinstance(case, NotRun):
        return [f"{case.case}: {case.message}"]
    lines = []
    for backend, stats in case.sides.items():
        listing = tool.listing(stats)
        lines += [f"{case.case}, {backend}", tool.table(stats).text()]
        lines += [tool.NOT_KEPT if listing is None else listing.text()]
    return lines + [f"{case.case}, {name}: {reason}" for name, reason in case.reasons.items()]
