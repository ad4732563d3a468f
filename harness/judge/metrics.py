"""Metrics of a picture against a reference picture, on the pixels of a mask.

Definitions for one part (amplitude or phase) of a picture p and its reference t, on those pixels of the mask that are
finite, with d = p - t (wrapped into (-pi, pi] for phases):

- `mae`, `rmse`, `max_abs` of d, and `bias`: mean, median, 5th and 95th percentile of d; all before any scaling;
- `pearson_r` of p and t (NumPy, in float64);
- `scale`: the factor of p that fits t best (least squares), and `rescaled_mae` after it; amplitudes only;
- `ssim`, after that scale: scikit-image with its uniform 7 x 7 window and the data range of t on the mask,
  averaged over those pixels whose whole window lies in the mask, so that no pixel outside has an influence;
- `ms_ssim`, after that scale, with the same data range: `ms_ssim.py`; `ms_ssim_scales`, the number of its scales;
- `psnr`, after that scale, in dB, with the same data range;
- `frc50`, `frc_half_bit`, `frc_one_seventh`: where the Fourier ring correlation falls below 0.5, half a bit and 1/7,
  in cycles a pixel, 0.5 where it never does: `frc.py`. Phases enter it as exp(i phase), which does not wrap;
- `count`: the number of pixels; `message`: which metrics are None, and why.

All but `ssim`, `ms_ssim`, `psnr`, `scale` and `rescaled_mae` keep their magnitude when p and t are exchanged.
"""

import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.ndimage import binary_erosion
from skimage.metrics import structural_similarity

from harness.arrays import Array
from harness.judge.frc import CROSSINGS, SMALLEST, Rings, ring_correlation
from harness.judge.gauges import fit_amplitude_scale
from harness.judge.ms_ssim import Similarity, ms_ssim
from harness.judge.truth import PARTS, Part

SSIM_WINDOW = 7
FLAT = 1e-6
"""A picture counts as constant when its standard deviation is below this share of its largest magnitude."""
RADIAN = 1.0
"""Unit with which the standard deviation of a phase is compared to FLAT, since a phase has no scale of its own."""


@dataclass(frozen=True)
class Metric:
    """A metric of the amplitude or phase of a picture, and its uses."""

    name: str
    better: Literal["more", "less", ""] = ""
    """Whether larger or smaller values are better; empty for a fact, such as a count."""
    judged: tuple[Part, ...] = ()
    """Parts for which the ledger may have limits, `reconstruction.PART.NAME` and `agreement.PART.NAME`."""
    noise: float | None = None
    """Largest difference between two correct trainings, in the metric's unit, for metrics of which more is better;
    measured between the two backends (docs/comparing-hubs.md). Sessions are compared by the metrics that have one."""
    title: str = ""
    """Title of the metric's chart in a dose study; empty for a metric that is not drawn there."""


METRICS = (
    Metric("mae", "less", PARTS),
    Metric("rmse", "less", PARTS),
    Metric("max_abs", "less", PARTS),
    Metric("pearson_r", "more", PARTS, 0.05, "Correlation with the truth"),
    Metric("ssim", "more", PARTS, 0.1, "Structural similarity (SSIM)"),
    Metric("ms_ssim", "more", PARTS, 0.5, "Multi-scale SSIM"),
    Metric("ms_ssim_scales"),
    Metric("psnr", "more", noise=3.0),  # dB
    Metric("frc50", "more", PARTS, 0.2, "Resolved frequency (FRC at 0.5), cycles a pixel"),
    Metric("frc_half_bit", "more"),
    Metric("frc_one_seventh", "more"),
    Metric("count"),
    Metric("scale"),
    Metric("rescaled_mae", "less", ("amplitude",)),
)
"""Every metric, in the order of the tables. A new metric needs a row here, its value in `_metrics`, and entries of the
ledger where it is judged."""
NAMES = tuple(metric.name for metric in METRICS)

Metrics = dict[str, Any]
"""Value of each of METRICS by name, with `bias` and `message`."""


def judged(part: Part) -> list[str]:
    """Names of the metrics that may have limits for a part: first similarities, then errors."""
    found = [metric for metric in METRICS if part in metric.judged]
    return [metric.name for metric in sorted(found, key=lambda metric: metric.better == "less")]


def amplitude_metrics(picture: Array, reference: Array, mask: Array) -> Metrics:
    """Compute METRICS of an amplitude picture (H, W) against its reference on the pixels of a boolean mask."""
    valid = mask & np.isfinite(picture) & np.isfinite(reference)
    if not valid.any():
        return _nothing()
    scale = fit_amplitude_scale(picture, reference, valid)
    rescaled = picture if scale is None else scale * picture
    metrics = _metrics(picture - reference, picture, rescaled, reference, valid)
    metrics |= {"scale": scale, "rescaled_mae": float(np.abs(rescaled - reference)[valid].mean())}
    if scale is None:
        metrics |= {"rescaled_mae": None, "message": _joined(metrics["message"], "scale: the picture is zero")}
    return metrics


def phase_metrics(picture: Array, reference: Array, mask: Array) -> Metrics:
    """Compute METRICS of a phase picture (H, W), radians, against its reference on the pixels of a boolean mask."""
    valid = mask & np.isfinite(picture) & np.isfinite(reference)
    if not valid.any():
        return _nothing()
    difference = wrap(picture - reference)
    metrics = _metrics(difference, picture, picture, reference, valid, RADIAN)
    reason = "scale, rescaled_mae: a phase has no free scale"
    return metrics | {"scale": None, "rescaled_mae": None, "message": _joined(metrics["message"], reason)}


def wrap(phase: Array) -> Array:
    """Wrap phases, radians, into (-pi, pi]."""
    return np.pi - np.mod(np.pi - phase, 2 * np.pi)


def pearson(picture: Array, reference: Array, unit: float = 0.0) -> float | None:
    """Pearson's r of two arrays; None for fewer than two values, a constant array, or values that are not finite.

    `unit`: see `is_flat`.
    """
    finite = np.isfinite(picture).all() and np.isfinite(reference).all()
    if picture.size < 2 or not finite or is_flat(picture, unit) or is_flat(reference, unit):
        return None
    return float(np.corrcoef(picture.ravel(), reference.ravel())[0, 1])


def is_flat(values: Array, unit: float = 0.0) -> bool:
    """Whether values are constant up to rounding: FLAT of their largest magnitude, or of `unit` if that is larger."""
    return bool(np.std(values) <= FLAT * max(np.abs(values).max(initial=0.0), unit))


def ssim(picture: Array, reference: Array, mask: Array, data_range: float) -> float | None:
    """Structural similarity, as defined in the module's docstring; None when no whole window lies in the mask."""
    if data_range <= 0 or min(mask.shape) < SSIM_WINDOW:
        return None
    inner = binary_erosion(mask, np.ones((SSIM_WINDOW, SSIM_WINDOW)))
    if not inner.any():
        return None
    filled = (np.where(mask, side, 0.0) for side in (picture, reference))
    _, similarity = structural_similarity(*filled, win_size=SSIM_WINDOW, data_range=data_range, full=True)  # type: ignore[no-untyped-call]
    return float(similarity[inner].mean())


def rings(picture: Array, reference: Array, mask: Array, unit: float = 0.0) -> Rings | None:
    """Fourier ring correlation of two amplitude pictures, or of two phase pictures where `unit` is RADIAN.

    None where one of them is constant or the mask is too small.
    """
    if any(is_flat(side[mask], unit) for side in (picture, reference)):
        return None
    own, other = (np.exp(1j * side) if unit == RADIAN else side for side in (picture, reference))
    return ring_correlation(own, other, mask)


def skill(r: float | None, baseline: float | None) -> float | None:
    """Skill above a baseline, (r - r_baseline) / (1 - r_baseline), from two correlations with the truth."""
    if r is None or baseline is None or baseline >= 1:
        return None
    return (r - baseline) / (1 - baseline)


def contrast(picture: Array, reference: Array, mask: Array) -> float | None:
    """Standard deviation over mean magnitude of a picture, relative to its reference's; None for a constant reference.

    For complex pictures the deviation is that of the complex values. The result is 1 for the reference itself, 0 for
    a constant picture, and does not depend on scale and global phase.
    """
    spreads = []
    for side in (picture[mask], reference[mask]):
        magnitude = np.abs(side).mean() if side.size else 0.0
        spreads.append(float(np.std(side) / magnitude) if magnitude > 0 else 0.0)
    return spreads[0] / spreads[1] if spreads[1] > FLAT else None


def _metrics(
    difference: Array, picture: Array, fitted: Array, reference: Array, valid: Array, unit: float = 0.0
) -> Metrics:
    errors, expected = difference[valid], reference[valid]
    data_range = 0.0 if is_flat(expected, unit) else float(np.ptp(expected))
    r = pearson(picture[valid], expected, unit)
    similarity = ssim(fitted, reference, valid, data_range)
    scales = ms_ssim(fitted, reference, valid, data_range) if data_range > 0 else Similarity(None, 0)
    detail = rings(picture, reference, valid, unit)
    noise = _psnr(expected, fitted[valid], data_range)
    low, high = np.percentile(errors, [5, 95])
    bias = {"mean": errors.mean(), "median": np.median(errors), "p05": low, "p95": high}
    return {
        "mae": float(np.abs(errors).mean()),
        "rmse": float(np.sqrt(np.square(errors).mean())),
        "max_abs": float(np.abs(errors).max()),
        "pearson_r": r,
        "ssim": similarity,
        "ms_ssim": scales.value,
        "ms_ssim_scales": scales.scales,
        "psnr": noise,
        **(detail.crossings() if detail else dict.fromkeys(CROSSINGS)),
        "count": int(valid.sum()),
        "bias": {name: float(value) for name, value in bias.items()},
        "message": _joined(
            "" if r is not None else _flat_side(picture[valid], expected, unit),
            "" if similarity is not None else "ssim: the reference is constant, or no 7 x 7 window is covered",
            "" if scales.value is not None else "ms_ssim: the reference is constant, or no 11 x 11 window is covered",
            "" if detail else f"frc: a picture is constant, or the mask is not {SMALLEST} pixels wide",
            "" if noise is not None else "psnr: the reference is constant, or the pictures are equal",
        ),
    }


def _psnr(expected: Array, fitted: Array, data_range: float) -> float | None:
    """Peak signal-to-noise ratio, dB; written out, since that of scikit-image loads scipy.stats, slowly."""
    if data_range <= 0 or np.array_equal(expected, fitted):
        return None
    with warnings.catch_warnings(action="error"):
        return float(10 * np.log10(data_range**2 / np.square(expected - fitted).mean(dtype=np.float64)))


def _flat_side(picture: Array, reference: Array, unit: float) -> str:
    flat = [name for name, side in (("picture", picture), ("reference", reference)) if is_flat(side, unit)]
    return f"pearson_r: the {' and the '.join(flat) or 'mask'} is {'constant' if flat else 'a single pixel'}"


def _nothing() -> Metrics:
    bias = dict.fromkeys(("mean", "median", "p05", "p95"))
    counts = {"count": 0, "ms_ssim_scales": 0}
    return dict.fromkeys(NAMES) | counts | {"bias": bias, "message": "no covered pixel is finite on both sides"}


def _joined(*reasons: str) -> str:
    return "; ".join(reason for reason in reasons if reason)
