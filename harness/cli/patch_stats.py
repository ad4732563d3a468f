"""`patch-stats`: statistics of the predicted patches, together and one by one."""

from collections.abc import Iterator

from harness.cli.common import Hub, Json, case_lines, print_result
from harness.records.patch_stats import PatchStats
from harness.report.telemetry import patch_stats as tool
from harness.report.telemetry.cases import SideRecords, over_hub


def patch_stats(root: Hub, as_json: Json = False) -> None:
    """Print mean, std and var_zero_mean of the patches of both sides of every case.

    They are listed one by one when the session was run with --parity-log-patch-stats, the first
    --parity-patch-stats-limit training batches and inference groups of them. The JSON is patch_stats.json, as the
    inference left it; inference_outputs/patch_stats.md is written beside it.

    Example: python -m harness patch-stats reports/latest
    """
    found = over_hub(root, tool.write)
    print_result(found, case_lines(found, _lines), as_json)


def _lines(case: SideRecords[PatchStats]) -> Iterator[str]:
    for backend, stats in case.sides.items():
        listing = tool.listing(stats)
        yield f"{case.case}, {backend}"
        yield tool.table(stats).text()
        yield tool.NOT_KEPT if listing is None else listing.text()
    yield from (f"{case.case}, {name}: {reason}" for name, reason in case.reasons.items())
