"""The figures of one backend in one case, as `summary.json` holds them.

What it cost is read from the files of its jobs; what it reached was computed by the judge. A figure that cannot be
had is None, and `message` says why.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from harness import layout
from harness.judge.metrics import NAMES
from harness.judge.truth import PARTS
from harness.records.jobs import JobRecord
from harness.session import hub

TIMING = ("train_seconds", "steps", "ms_per_step", "peak_rss_mb", "parameters")
SCALE = ("initial", "final", "restored", "closed_form")
PATCHES = ("mean", "std", "var_zero_mean", "var_zero_mean_min", "var_zero_mean_median")
CANVAS = ("size", "required", "fits_canvas", "max_abs_offset", "loss_fraction")
METRICS = (*NAMES, "bias")


def figures(
    folder: Path, jobs: Iterable[JobRecord], judged: Mapping[str, Any], reasons: Mapping[str, str]
) -> dict[str, Any]:
    """The figures of the backend whose files lie in `folder`.

    `jobs` are its entries of `jobs.json`; `judged` and `reasons` what the judge computed of it, and could not.
    """
    jobs = list(jobs)
    timing = hub.read_optional(folder / layout.TRAIN_OUTPUTS / layout.TIMING, {})
    stats = hub.read_optional(folder / layout.INFERENCE_OUTPUTS / layout.STATS, {})
    failed = [f"{job.leg}: {job.error}" for job in jobs if job.error]
    return {
        **_some(timing, TIMING),
        "infer_seconds": stats.get("infer_seconds"),
        "cached": bool(jobs) and all(job.cached for job in jobs),
        "final_loss": judged.get("final_loss"),
        "first_nonfinite": judged.get("first_nonfinite"),
        "intensity_scale": _some(judged.get("intensity_scale"), SCALE),
        "patches": _some(judged.get("patches"), PATCHES),
        "canvas": _some(judged.get("canvas"), CANVAS),
        "reconstruction": by_part(judged.get("reconstruction")),
        "message": "; ".join([*failed, *_own(reasons, folder.name)]),
    }


def by_part(metrics: Mapping[str, Any] | None) -> dict[str, Any]:
    """METRICS of amplitude and phase; each None when there are none."""
    return {part: metric_figures(metrics.get(part) if metrics else None) for part in PARTS}


def metric_figures(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """One METRICS with every key, and a `message` for those that are None."""
    if found is None:
        return None
    absent = [name for name in METRICS if name not in found]
    note = f"{', '.join(absent)}: not computed by this version" if absent else ""
    return {**_some(found, METRICS), "message": "; ".join(filter(None, [found.get("message"), note]))}


def _some(record: Mapping[str, Any] | None, keys: Iterable[str]) -> dict[str, Any]:
    return {key: (record or {}).get(key) for key in keys}


def _own(reasons: Mapping[str, str], backend: str) -> list[str]:
    """The reasons that are about a backend, whose name leads their keys."""
    prefix = f"{backend}."
    return [f"{name.removeprefix(prefix)}: {reason}" for name, reason in reasons.items() if name.startswith(prefix)]
