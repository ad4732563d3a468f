"""`inference_outputs/patch_stats.md` of each side: what the inference leg left in `patch_stats.json`, to be read.

The leg lists patches one by one when the session was asked to (`--parity-log-patch-stats`).
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness import layout, templates
from harness.files import write_text
from harness.judge.evidence import Evidence
from harness.judge.truth import PARTS
from harness.report.tables import Table
from harness.report.telemetry.cases import gathered

JSON, TEXT = Path(layout.INFERENCE_OUTPUTS, layout.PATCH_STATS), Path(layout.INFERENCE_OUTPUTS, layout.PATCH_STATS_TEXT)
FIGURES = ("mean", "std", "var_zero_mean", "var_zero_mean_min", "var_zero_mean_median", "count", "nonfinite")
PATCH_FIGURES = ("mean", "std", "var_zero_mean", "min", "max", "nonfinite")
NOT_KEPT = "No patch was listed by itself: the session was not asked to (--parity-log-patch-stats)."


def write(evidence: Evidence) -> dict[str, Any]:
    """Write the Markdown of each side of a case; returns what the sides' JSON holds, and why there is none."""
    folder = evidence.case_dir

    def stats(backend: str) -> dict[str, Any]:
        found: dict[str, Any] = evidence.record(Path(backend) / JSON, ("region", *PARTS))
        return found

    sides, reasons = gathered(evidence.backends, stats, folder)
    for backend, found in sides.items():
        text = templates.render(
            "telemetry/patch_stats.md",
            case=folder.name,
            backend=backend,
            stats=found,
            rows=table(found),
            patches=listing(found),
            not_kept=NOT_KEPT,
        )
        write_text(folder / backend / TEXT, text)
    return {"case": folder.name, "sides": sides, "reasons": reasons}


def table(stats: Mapping[str, Any]) -> Table:
    """All patches together: a row for the amplitude and one for the phase."""
    return Table.of(("part", *FIGURES), ((part, *(stats[part][name] for name in FIGURES)) for part in PARTS))


def listing(stats: Mapping[str, Any]) -> Table | None:
    """Patch by patch, inference and training; None where they were not kept."""
    if "inference_groups" not in stats:
        return None
    lists = {"inference": stats["inference_groups"]}
    lists |= {f"training batch {number}": rows for number, rows in enumerate(stats["training_batches"])}
    return Table.of(("where", "group", "channel", "part", *PATCH_FIGURES), _patch_rows(lists))


def _patch_rows(lists: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    for where, rows in lists.items():
        for row in rows:
            for part in PARTS:
                yield (where, row["group"], row["channel"], part, *(row[part][name] for name in PATCH_FIGURES))
