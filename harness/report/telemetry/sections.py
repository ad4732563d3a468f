"""What `stages.json` holds of a run beside its stages: what was asked for, probe, scales, and what was reached.

Each raises HarnessError, with the reason, where it cannot be had.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from harness import layout
from harness.dataset import npz
from harness.judge.evidence import Evidence
from harness.judge.patches import patch_figures
from harness.judge.telemetry import history_figures
from harness.records.inference import CanvasFacts
from harness.report.backend_figures import CANVAS, by_part
from harness.report.panels.provenance import environments
from harness.report.parity_log import log, statistics
from harness.session import hub
from harness.session.manifest import digest_of

Figure = Callable[[Evidence, str], Any]
_RESTORED = ("intensity_scale_restored", "intensity_scale_source")


def provenance(evidence: Evidence, backend: str) -> dict[str, Any]:
    """Which run this is, of which data, and what it ran on; None for what nobody wrote down."""
    folder = evidence.case_dir
    environment = hub.read_optional(folder.parent / layout.ENVIRONMENT, {})
    side = environments(folder).get(backend)
    files = {"scenario_sha256": folder / layout.SCENARIO, "data_sha256": folder / layout.DATASET / layout.DATA}
    return {
        "hub": folder.parent.name,
        "case": folder.name,
        "backend": backend,
        "profile": hub.read_case(folder).profile,
        **{name: environment.get(name) for name in ("harness_version", "git_commit", "dirty")},
        "environment": None if side is None else side.model_dump(),
        **{name: digest_of(path) if path.is_file() else None for name, path in files.items()},
    }


def _configuration(evidence: Evidence, _: str) -> dict[str, Any]:
    scenario, setup, scale = evidence.scenario, evidence.setup, evidence.contract.scale
    return {
        "nphotons": setup.nphotons,
        **log.parameters(evidence),
        "groups": scenario.grouping.groups,
        "precision": scenario.training.precision,
        "scale_trainable": scale is not None and scale.trained,
    }


def _probe(evidence: Evidence, _: str) -> dict[str, Any]:
    """As it came with the data, and as the model uses it: normalised, refined and masked where the scenario asks."""
    given = npz.validated(evidence.arrays(Path(layout.DATASET, layout.DATA), npz.REQUIRED), layout.DATA).probe
    spec = evidence.scenario.dataset.probe
    return {
        "before": statistics.probe(given),
        "after": statistics.probe(evidence.probe),
        "scale": spec.scale,
        "mask": spec.mask,
        "refine_iterations": spec.refine_iterations,
    }


def _inference(evidence: Evidence, backend: str) -> dict[str, Any]:
    canvas = evidence.parsed(Path(backend, layout.INFERENCE_OUTPUTS, layout.CANVAS), CanvasFacts)
    held = canvas.model_dump(include=set(CANVAS))
    return {"patches": patch_figures(evidence, backend), "canvas": held}


def _comparison(evidence: Evidence, backend: str) -> dict[str, Any]:
    """METRICS of the side against the truth, and of the two sides against each other."""
    record = evidence.record(Path(layout.COMPARISON, layout.METRICS), ("backends", "agreement", "reasons"))
    return {
        "reconstruction": by_part(record["backends"][backend]["reconstruction"]),
        "agreement": by_part(record["agreement"]),
        "reasons": record["reasons"],
    }


def _restored(evidence: Evidence, backend: str) -> dict[str, Any]:
    found: dict[str, Any] = evidence.record(Path(backend, layout.INFERENCE_OUTPUTS, layout.STATS), _RESTORED)
    return found


SECTIONS: dict[str, Figure] = {
    "configuration": _configuration,
    "probe": _probe,
    "training": history_figures,
    "inference": _inference,
    "comparison": _comparison,
}
SCALES: dict[str, Figure] = {
    "dataset_derived": lambda evidence, _: evidence.setup.intensity_scale,
    "closed_form": lambda evidence, _: evidence.setup.intensity_scale_closed_form,
    "used": lambda evidence, backend: _restored(evidence, backend)["intensity_scale_restored"],
    "source": lambda evidence, backend: _restored(evidence, backend)["intensity_scale_source"],
    "bundle": lambda evidence, backend: evidence.bundle(backend).intensity_scale.final,
    "model": lambda evidence, backend: evidence.trained_scale(backend),
}
"""`used`: by inference, and `source` says whose it is; `bundle`: the final one of `params.json`; `model`: that of the
trained weights, None where they hold none."""


def with_ratio(scales: Mapping[str, Any]) -> dict[str, Any]:
    """The scales and `ratio`, bundle over model; None where one is missing."""
    bundle, model = scales["bundle"], scales["model"]
    return {**scales, "ratio": bundle / model if bundle is not None and model else None}
