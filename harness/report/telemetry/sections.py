"""The sections of `stages.json` beside the stages: provenance, options, probe, training, inference, scales.

Each function raises HarnessError with the reason when its section is not available.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from harness import layout
from harness.dataset import npz
from harness.judge.evidence import Evidence
from harness.judge.patches import patch_statistics
from harness.judge.telemetry import history_summary
from harness.records.inference import CanvasFacts
from harness.records.metrics import CanvasMetrics, ComparisonMetrics
from harness.records.stages import PictureMetrics, RunProvenance
from harness.report.backend_metrics import agreement, by_part
from harness.report.case_files import CaseFiles
from harness.report.parity_log import log, statistics
from harness.session.manifest import digest_of

Section = Callable[[Evidence, str], object]
"""Computes a section, or one value of it, from the files of a case and the name of a side."""


def provenance(case: CaseFiles, backend: str) -> RunProvenance:
    """Section `provenance`: hub, case, versions, commit and digests of the data; None for what was not recorded."""
    folder, environment = case.folder, case.session_environment
    return RunProvenance(
        hub=folder.parent.name,
        case=folder.name,
        backend=backend,
        profile=case.plan.profile,
        harness_version=environment.harness_version,
        git_commit=environment.git_commit,
        dirty=environment.dirty,
        environment=case.environments.get(backend),
        scenario_sha256=_digest(folder / layout.SCENARIO),
        data_sha256=_digest(folder / layout.DATASET / layout.DATA),
    )


def _digest(path: Path) -> str | None:
    return digest_of(path) if path.is_file() else None


def _configuration(evidence: Evidence, _: str) -> dict[str, object]:
    scenario, setup, scale = evidence.scenario, evidence.setup, evidence.contract.scale
    return {
        "nphotons": setup.nphotons,
        **log.parameters(evidence),
        "groups": scenario.grouping.groups,
        "precision": scenario.training.precision,
        "scale_trainable": scale is not None and scale.trained,
    }


def _probe(evidence: Evidence, _: str) -> dict[str, object]:
    """Section `probe`: statistics of the probe in the data, and of the normalised and masked one of the model."""
    given = npz.validated(evidence.arrays(Path(layout.DATASET, layout.DATA), npz.REQUIRED), layout.DATA).probe
    spec = evidence.scenario.dataset.probe
    return {
        "before": statistics.probe(given),
        "after": statistics.probe(evidence.probe),
        "scale": spec.scale,
        "mask": spec.mask,
        "refine_iterations": spec.refine_iterations,
    }


def _inference(evidence: Evidence, backend: str) -> dict[str, object]:
    canvas = evidence.parsed(Path(backend, layout.INFERENCE_OUTPUTS, layout.CANVAS), CanvasFacts)
    held = canvas.model_dump(include=set(CanvasMetrics.model_fields))
    return {"patches": patch_statistics(evidence, backend), "canvas": held}


def _comparison(evidence: Evidence, backend: str) -> PictureMetrics:
    record = evidence.parsed(Path(layout.COMPARISON, layout.METRICS), ComparisonMetrics)
    together = agreement(record.agreement)
    return PictureMetrics(
        reconstruction=by_part(record.backends[backend].reconstruction),
        agreement={"amplitude": together.amplitude, "phase": together.phase},
        reasons=record.reasons,
    )


SECTIONS: dict[str, Section] = {
    "configuration": _configuration,
    "probe": _probe,
    "training": history_summary,
    "inference": _inference,
    "comparison": _comparison,
}
SCALES: dict[str, Section] = {
    "dataset_derived": lambda evidence, _: evidence.setup.intensity_scale,
    "closed_form": lambda evidence, _: evidence.setup.intensity_scale_closed_form,
    "used": lambda evidence, backend: evidence.inference(backend).intensity_scale_restored,
    "source": lambda evidence, backend: evidence.inference(backend).intensity_scale_source,
    "bundle": lambda evidence, backend: evidence.bundle(backend).intensity_scale.final,
    "model": lambda evidence, backend: evidence.trained_scale(backend),
}
"""The scales by name: `used` is that of inference, and `source` says where it came from; `bundle` is the final one in
`params.json`; `model` is that of the trained weights, None where they hold none."""


def with_ratio(scales: Mapping[str, object]) -> dict[str, object]:
    """The scales, and their `ratio` bundle / model; None where one of them is missing."""
    return {**scales, "ratio": _over(scales["bundle"], scales["model"])}


def _over(bundle: object, model: object) -> float | None:
    return bundle / model if isinstance(bundle, int | float) and isinstance(model, int | float) and model else None
