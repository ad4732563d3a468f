"""The figures of one side in one case, as `summary.json` holds them.

What it cost is read from the files of its jobs; what it reached was computed by the judge. A figure that cannot be
had is None, and `message` says why.
"""

from collections.abc import Mapping

from harness import layout
from harness.judge.metrics import NAMES
from harness.judge.truth import PARTS
from harness.records.inference import InferenceStats
from harness.records.metrics import (
    AgreementRecord,
    CanvasMetrics,
    PartMetrics,
    Parts,
    PatchMetrics,
    ScaleMetrics,
    SideMetrics,
)
from harness.records.summary import SideSummary
from harness.records.timing import TimingRecord
from harness.report.case_files import CaseFiles

METRICS = (*NAMES, "bias")


def figures(case: CaseFiles, backend: str, judged: SideMetrics, reasons: Mapping[str, str]) -> SideSummary:
    """The figures of a side; `judged` and `reasons` are what the judge computed of it, and could not."""
    folder, jobs = case.folder / backend, [job for job in case.all_jobs if job.backend == backend]
    timing = TimingRecord.read_if_whole(folder / layout.TRAIN_OUTPUTS / layout.TIMING) or TimingRecord()
    stats = InferenceStats.read_if_whole(folder / layout.INFERENCE_OUTPUTS / layout.STATS)
    failed = [f"{job.leg}: {job.error}" for job in jobs if job.error]
    return SideSummary(
        **timing.model_dump(),
        infer_seconds=stats.infer_seconds if stats else None,
        cached=bool(jobs) and all(job.cached for job in jobs),
        final_loss=judged.final_loss,
        first_nonfinite=judged.first_nonfinite,
        intensity_scale=judged.intensity_scale or ScaleMetrics(),
        patches=judged.patches or PatchMetrics(),
        canvas=judged.canvas or CanvasMetrics(),
        reconstruction=by_part(judged.reconstruction),
        message="; ".join([*failed, *_own(reasons, folder.name)]),
    )


def agreement(found: AgreementRecord | None) -> AgreementRecord:
    """The sides against each other, with every key of METRICS."""
    if found is None:
        return AgreementRecord()
    parts = by_part({"amplitude": found.amplitude, "phase": found.phase})
    return AgreementRecord(amplitude=parts["amplitude"], phase=parts["phase"], gauges=found.gauges)


def by_part(metrics: Parts | None) -> Parts:
    """METRICS of amplitude and phase; each None when there are none."""
    return {part: metric_figures(metrics.get(part) if metrics else None) for part in PARTS}


def metric_figures(found: PartMetrics | None) -> PartMetrics | None:
    """One METRICS with a `message` for those that are None."""
    if found is None:
        return None
    absent = [name for name in METRICS if name not in found.model_fields_set]
    note = f"{', '.join(absent)}: not computed by this version" if absent else ""
    return found.model_copy(update={"message": "; ".join(filter(None, [found.message, note]))})


def _own(reasons: Mapping[str, str], backend: str) -> list[str]:
    """The reasons that are about a backend, whose name leads their keys."""
    prefix = f"{backend}."
    return [f"{name.removeprefix(prefix)}: {reason}" for name, reason in reasons.items() if name.startswith(prefix)]
