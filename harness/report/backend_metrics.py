"""The part of `summary.json` about one side of a case: run times, parameters, loss and the metrics of its pictures.

Times and counts are read from the files that its jobs left; the judge computed the metrics of the pictures. A value
that is not available is None, and `message` says why.
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


def side_summary(case: CaseFiles, backend: str, judged: SideMetrics, reasons: Mapping[str, str]) -> SideSummary:
    """Gather what `summary.json` says about one side of a case.

    Args:
        case: the files of the case.
        backend: name of the side.
        judged: what the judge computed for this side, from `comparison_metrics.json`.
        reasons: why the judge could not compute a value, under `<backend>.<value>`.
    """
    folder, jobs = case.folder / backend, [job for job in case.all_jobs if job.backend == backend]
    timing = TimingRecord.read_if_whole(folder / layout.TRAIN_OUTPUTS / layout.TIMING) or TimingRecord()
    stats = InferenceStats.read_if_whole(folder / layout.INFERENCE_OUTPUTS / layout.STATS)
    failed = [f"{job.leg}: {job.error}" for job in jobs if job.error]
    return SideSummary(
        **timing.model_dump(),
        infer_seconds=stats.infer_seconds if stats else None,
        cached=bool(jobs) and all(job.cached for job in jobs),
        stored=tuple(dict.fromkeys(job.leg for job in jobs if job.cached)),
        ran=tuple(dict.fromkeys(job.leg for job in jobs if not job.cached)),
        final_loss=judged.final_loss,
        first_nonfinite=judged.first_nonfinite,
        intensity_scale=judged.intensity_scale or ScaleMetrics(),
        patches=judged.patches or PatchMetrics(),
        canvas=judged.canvas or CanvasMetrics(),
        reconstruction=by_part(judged.reconstruction),
        message="; ".join([*failed, *_reasons_of(reasons, folder.name)]),
    )


def agreement(found: AgreementRecord | None) -> AgreementRecord:
    """How far the two sides agree, with every metric present; empty when the judge compared no pictures."""
    if found is None:
        return AgreementRecord()
    parts = by_part({"amplitude": found.amplitude, "phase": found.phase})
    return AgreementRecord(amplitude=parts["amplitude"], phase=parts["phase"], gauges=found.gauges)


def by_part(metrics: Parts | None) -> Parts:
    """The metrics of the amplitude and of the phase of a picture; None for a part that has no metrics."""
    return {part: part_metrics(metrics.get(part) if metrics else None) for part in PARTS}


def part_metrics(found: PartMetrics | None) -> PartMetrics | None:
    """The metrics of one part, with a `message` that names those which an older hub does not hold."""
    if found is None:
        return None
    absent = [name for name in METRICS if name not in found.model_fields_set]
    note = f"{', '.join(absent)}: not computed by this version" if absent else ""
    return found.model_copy(update={"message": "; ".join(filter(None, [found.message, note]))})


def _reasons_of(reasons: Mapping[str, str], backend: str) -> list[str]:
    """The reasons that concern one backend: those whose key begins with its name and a dot."""
    prefix = f"{backend}."
    return [f"{name.removeprefix(prefix)}: {reason}" for name, reason in reasons.items() if name.startswith(prefix)]
