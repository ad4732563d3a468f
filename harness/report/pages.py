"""The pages of a hub: static HTML that needs no server and no network. Every text is escaped."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from harness.files import write_text
from harness.judge import ladder
from harness.report import hub, localisation, markdown, show
from harness.report.figures import COLOURS, colours_of
from harness.report.notes import repeat_command
from harness.report.summary import worst

TEMPLATES = Path(__file__).with_name("templates")
METRICS = (
    "mae", "rmse", "max_abs", "pearson_r", "ssim", "ms_ssim", "ms_ssim_scales", "psnr", "frc50", "frc_half_bit",
    "frc_one_seventh", "count", "scale", "rescaled_mae",
)  # fmt: skip
LINKED = (
    "scenario.yaml",
    "run_metadata.json",
    "jobs.json",
    "checks",
    "dataset",
    "ensemble",
    "comparison",
    "green",
    "red",
)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(figure=show.figure, seconds=show.seconds, used=show.used)
    return environment


def write(root: Path, summary: dict[str, Any], drawing_problems: dict[str, list[str]]) -> None:
    """Write `index.html` and the page of every case.

    `drawing_problems` says by case which pictures are missing, and why.
    """
    for case in summary["cases"]:
        folder = hub.case_folder(root, case["id"])
        context = _case_context(folder, case, drawing_problems.get(case["id"], []))
        write_text(folder / "index.html", _templates().get_template("case.html").render(summary=summary, **context))
    write_text(root / "index.html", _templates().get_template("index.html").render(**_index_context(summary)))


def _index_context(summary: dict[str, Any]) -> dict[str, Any]:
    rungs = [rung for rung in ladder.RUNGS if any(rung in _by_rung(case) for case in summary["cases"])]
    with_margin = [(case, worst_) for case in summary["cases"] if (worst_ := markdown.worst_check(case))]
    return {
        "summary": summary,
        "rungs": rungs,
        "matrix": [
            {
                "case": case,
                "statuses": [_status(case, rung) for rung in rungs],
                "worst": markdown.worst_check(case),
                "from_store": markdown.from_store(case),
            }
            for case in summary["cases"]
        ],
        "tightest": sorted(with_margin, key=lambda pair: float(pair[1]["margin"])),
        "overrides": markdown.overrides(summary),
        "seeded": markdown.seeded(summary),
        "uncalibrated": markdown.uncalibrated(summary),
        "skipped": [(case, markdown.reason(case)) for case in summary["cases"] if case["status"] == "skipped"],
    }


def _by_rung(case: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    rungs: dict[str, list[dict[str, Any]]] = {}
    for check in case["checks"]:
        rungs.setdefault(check["rung"], []).append(check)
    return rungs


def _status(case: dict[str, Any], rung: str) -> str | None:
    checks = _by_rung(case).get(rung)
    return worst(check["status"] for check in checks) if checks else None


def _case_context(folder: Path, case: dict[str, Any], drawing_problems: list[str]) -> dict[str, Any]:
    description = hub.read_case(folder)
    comparison = hub.read_optional(folder / "comparison" / "comparison_metrics.json", {})
    by_rung = _by_rung(case)
    red = case["lowest_red_rung"]
    return {
        "case": case,
        "description": description["description"],
        "ladder": [{"rung": rung, "status": _status(case, rung), "checks": by_rung[rung]} for rung in by_rung],
        "reason": markdown.reason(case),
        "uncalibrated": markdown.uncalibrated({"cases": [case]}),
        "from_store": markdown.from_store(case),
        "worst": markdown.worst_check(case),
        "repeat": repeat_command(description, red or next(iter(by_rung), "dataset")),
        "metrics": METRICS,
        "comparison": comparison,
        "ensemble": comparison.get("ensemble"),
        "jobs": hub.read_optional(folder / "jobs.json", []),
        "colours": colours_of(folder),
        "colours_file": COLOURS,
        "drawing_problems": drawing_problems,
        "pictures": set(_names(folder, "*.png")),
        "logs": sorted(_names(folder, "*.log")),
        "parting": _lines_of(folder / localisation.TEXT),
        "links": [name for name in LINKED if (folder / name).exists()],
        "scenario": (folder / "scenario.yaml").read_text(encoding="utf-8"),
    }


def _lines_of(path: Path) -> list[str]:
    """The points of a short Markdown note; none when there is no note."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return [line.removeprefix("# ").removeprefix("- ") for line in text.splitlines() if line]


def _names(folder: Path, pattern: str) -> Iterator[str]:
    return (path.relative_to(folder).as_posix() for path in folder.rglob(pattern))
