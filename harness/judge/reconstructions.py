"""Metrics of the reconstructions: each side against the truth and the baselines, and the sides against each other."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from harness.arrays import Array
from harness.judge.baselines import degraded_patches, stitched, twin_margin
from harness.judge.evidence import Evidence
from harness.judge.frc import Rings
from harness.judge.metrics import RADIAN, Metrics, amplitude_metrics, contrast, pearson, phase_metrics, rings, skill
from harness.judge.pictures import Aligned, against_reference, against_truth, centred_phase
from harness.judge.stitching import stitching_weight
from harness.judge.truth import PARTS, Part, part_of, parts_with_a_picture, true_object, true_patches
from harness.physics.synchronise import phases
from harness.records.pictures import AgreementMetrics, FittedGauges, ReconstructionMetrics, TwinMetrics
from harness.run.legs.statistics import central

CACHE_SIZE = 8
"""Number of results that are cached: two rungs and the report need the same ones of a case."""


@dataclass(frozen=True)
class Reconstruction:
    """The picture of one side, aligned with the truth, with the baselines and all metrics."""

    aligned: Aligned
    baselines: dict[str, Array]
    """Canvas (size, size), complex, of each baseline by name, with a global phase as the truth's."""
    metrics: ReconstructionMetrics


@lru_cache(maxsize=CACHE_SIZE)
def measured_against_truth(evidence: Evidence, backend: str) -> tuple[Aligned, dict[Part, Metrics]]:
    """A side's picture, aligned with the truth, and its METRICS of both parts; cached, since three rungs need it."""
    aligned = against_truth(evidence, backend)
    return aligned, part_metrics(aligned)


def correlation_with_truth(evidence: Evidence, backend: str) -> float | None:
    """Correlation of the leading part of a side with the truth; None where one of the two is constant."""
    r: float | None = measured_against_truth(evidence, backend)[1][parts_with_a_picture(evidence)[0]]["pearson_r"]
    return r


@lru_cache(maxsize=CACHE_SIZE)
def reconstruction(evidence: Evidence, backend: str) -> Reconstruction:
    """Compare a side's picture with the truth and with the baselines."""
    aligned, parts = measured_against_truth(evidence, backend)
    baselines = _baselines(evidence, backend, aligned)
    floors = {part: _baseline_correlations(baselines, aligned, part) for part in PARTS}
    metrics = ReconstructionMetrics(
        reconstruction=parts,
        baselines=floors,
        skill={part: _skills(parts[part], floors[part]) for part in PARTS},
        contrast=_contrasts(aligned),
        gauges=_gauges(aligned, parts["amplitude"]),
        twin=_twin(evidence, backend),
        level=_level(evidence, backend, parts["amplitude"]),
        nonfinite=int(np.count_nonzero(~np.isfinite(evidence.canvas(backend).field))),
    )
    return Reconstruction(aligned, baselines, metrics)


@lru_cache(maxsize=CACHE_SIZE)
def agreement(evidence: Evidence) -> tuple[Aligned, AgreementMetrics]:
    """Compare the candidate's picture with the reference side's; returns the aligned pictures and their metrics."""
    aligned = against_reference(evidence)
    metrics = part_metrics(aligned)
    return aligned, AgreementMetrics(**metrics, gauges=_gauges(aligned, metrics["amplitude"]))


def part_metrics(aligned: Aligned) -> dict[Part, Metrics]:
    """METRICS of the amplitude and of the phase of two aligned pictures."""
    field, reference = aligned.field, aligned.reference
    return {
        "amplitude": amplitude_metrics(np.abs(field), np.abs(reference), aligned.mask),
        "phase": phase_metrics(np.angle(field), np.angle(reference), aligned.mask),
    }


def ring_correlations(aligned: Aligned) -> dict[Part, Rings | None]:
    """Fourier ring correlation of the amplitude and of the phase; METRICS hold only its crossings."""
    field, reference, mask = aligned.field, aligned.reference, aligned.mask
    return {
        "amplitude": rings(np.abs(field), np.abs(reference), mask),
        "phase": rings(np.angle(field), np.angle(reference), mask, RADIAN),
    }


def _gauges(aligned: Aligned, amplitude: Metrics) -> FittedGauges:
    return FittedGauges(scale=amplitude["scale"], **aligned.gauges.as_json(), twin=aligned.nearer_as_twin)


def _baselines(evidence: Evidence, backend: str, aligned: Aligned) -> dict[str, Array]:
    """Stitch each baseline at the positions of the side's patches, without those that reach beyond the object."""
    canvas, predictions = evidence.canvas(backend), evidence.predictions(backend)
    true, inside = true_patches(true_object(evidence), canvas, predictions, evidence.scenario.dataset.N)
    weight = stitching_weight(evidence)
    degraded = degraded_patches(true[inside], evidence.probe, len(weight))
    positions = predictions.positions[inside]
    if evidence.scenario.grouping.gridsize == 1:  # a twin's phase is as free as a prediction's
        degraded = {name: _synchronised(own, positions, weight) for name, own in degraded.items()}
    pictures = stitched(degraded, positions, weight, len(canvas.field))
    return {name: centred_phase(picture, aligned.mask) for name, picture in pictures.items()}


def _synchronised(patches: Array, positions: Array, weight: Array) -> Array:
    return np.asarray(phases(patches, positions, weight)[:, None, None] * patches)


def _baseline_correlations(baselines: dict[str, Array], aligned: Aligned, part: Part) -> dict[str, float | None]:
    truth = part_of(aligned.reference, part)[aligned.mask]
    unit = RADIAN if part == "phase" else 0.0
    return {name: pearson(part_of(picture, part)[aligned.mask], truth, unit) for name, picture in baselines.items()}


def _skills(metrics: Metrics, baselines: dict[str, float | None]) -> dict[str, float | None]:
    return {name: skill(metrics["pearson_r"], floor) for name, floor in baselines.items()}


def _contrasts(aligned: Aligned) -> dict[Part, float | None]:
    field, reference, mask = aligned.field, aligned.reference, aligned.mask
    own, other = (np.exp(1j * np.angle(side)) for side in (field, reference))
    return {"amplitude": contrast(np.abs(field), np.abs(reference), mask), "phase": contrast(own, other, mask)}


def _twin(evidence: Evidence, backend: str) -> TwinMetrics:
    """How much nearer the patches are to the truth than to its twin, before and after the inference chose twins."""
    side, part = evidence.scenario.inference.reassemble_m, parts_with_a_picture(evidence)[0]
    predictions = evidence.predictions(backend)
    true, inside = true_patches(true_object(evidence), evidence.canvas(backend), predictions, side)
    placed, as_predicted = (
        twin_margin(central(patches, side)[inside], true[inside], part)
        for patches in (predictions.patches, predictions.as_predicted())
    )
    choice = evidence.inference(backend).twins.model_dump()
    return TwinMetrics(**dict(placed), margin_as_predicted=as_predicted.margin, **choice)


def _level(evidence: Evidence, backend: str, amplitude: Metrics) -> float | None:
    """Mean amplitude of the side divided by the one that follows from the data; 1 when they agree.

    The data fix the product of the object's amplitude and the intensity scale s, so the truth's amplitude in the
    model's units is model_scale * s_data / s_trained. An output layer that cannot reach this amplitude shows here.
    """
    model_scale, trained = evidence.truth.model_scale, evidence.bundle(backend).intensity_scale.final
    if not amplitude["scale"] or not trained or model_scale is None:
        return None
    return float(trained / (amplitude["scale"] * model_scale * evidence.setup.intensity_scale))
