"""What the physics leaves free between two reconstructions, fitted so that it can be removed and judged.

A ptychographic object is known up to a scale (of its amplitude, against the probe's), a global phase, and,
where the probe and the origin of the scan are not known either, a linear phase and a shift.
Fields are complex (H, W), masks boolean (H, W). A fitted gauge is what the reference has and the field has not:
`field * scale * exp(i (global_phase + ramp_x * x + ramp_y * y))`, moved by the shift, is nearest to the reference.
x and y are pixels from the middle of the picture, index size // 2.
"""

from dataclasses import asdict, dataclass

import numpy as np
from scipy.ndimage import binary_erosion
from scipy.ndimage import shift as shifted
from scipy.optimize import minimize
from skimage.registration import phase_cross_correlation

from harness.backends.protocol import Array

OVERLAP = 0.5
"""Least share of the mask that must still be compared after a shift: larger shifts are not searched."""
REFINEMENTS = 8
CONVERGED = 1e-3
"""Pixels; a smaller step ends the refinement."""


@dataclass(frozen=True)
class Gauges:
    """The fitted gauges of one field against its reference."""

    global_phase: float
    """Radians."""
    ramp_x: float
    """Radians a pixel."""
    ramp_y: float
    shift_x: float
    """Pixels."""
    shift_y: float

    def as_json(self) -> dict[str, float]:
        """Plain mapping."""
        return asdict(self)


def fit_amplitude_scale(picture: Array, reference: Array, mask: Array) -> float | None:
    """Factor c that makes sum((c * picture - reference)^2) smallest; None for a picture of zeros."""
    own, other = picture[mask], reference[mask]
    energy = float(np.dot(own, own))
    return float(np.dot(own, other)) / energy if energy > 0 else None


def fit_global_phase(field: Array, reference: Array, mask: Array) -> float:
    """Radians to add to the phase of `field`: the angle of sum(reference * conj(field)), 0 where that is zero."""
    return float(np.angle(np.vdot(field[mask], reference[mask])))


def fit_ramp(field: Array, reference: Array, mask: Array) -> tuple[float, float]:
    """Linear phase (x, y) in radians a pixel to add to `field`.

    The peak of the Fourier transform of the masked product reference * conj(field), found on a grid twice as
    fine as the picture's own and then refined by maximising the modulus of the sum.
    """
    product = np.where(mask, reference * np.conj(field), 0)
    size = [2 * side for side in product.shape]
    spectrum = np.abs(np.fft.fft2(product, s=size))
    row, column = np.unravel_index(np.argmax(spectrum), spectrum.shape)
    start = 2 * np.pi * np.array([np.fft.fftfreq(size[1])[column], np.fft.fftfreq(size[0])[row]])
    if spectrum.max() == 0:
        return 0.0, 0.0
    y, x = axes(product.shape)

    def missing(ramp: Array) -> float:
        phasor = product @ np.exp(-1j * ramp[0] * x[0])
        return -float(np.abs(phasor @ np.exp(-1j * ramp[1] * y[:, 0])) / spectrum.max())

    step = np.pi / np.array([size[1], size[0]])
    simplex = start + np.array([[0.0, 0.0], [step[0], 0.0], [0.0, step[1]]])
    options = {"initial_simplex": simplex, "xatol": 1e-7, "fatol": 1e-12}
    best = minimize(missing, start, method="Nelder-Mead", options=options)
    return float(best.x[0]), float(best.x[1])


def fit_shift(picture: Array, reference: Array, mask: Array) -> tuple[float, float]:
    """Pixels (x, y) by which to move a real picture; (0, 0) where one side has no contrast.

    Whole pixels come from the masked normalised cross-correlation (Padfield, 2012, in scikit-image), the rest from
    linear least squares on the gradient. Neither is pulled towards zero by the edges of the mask.
    """
    if np.ptp(picture[mask]) == 0 or np.ptp(reference[mask]) == 0:
        return 0.0, 0.0
    found, _, _ = phase_cross_correlation(  # type: ignore[no-untyped-call]
        *(np.where(mask, side, 0) for side in (reference, picture)),
        reference_mask=mask,
        moving_mask=mask,
        overlap_ratio=OVERLAP,
    )
    return refine_shift(picture, reference, mask, (float(found[1]), float(found[0])))


def refine_shift(picture: Array, reference: Array, mask: Array, start: tuple[float, float]) -> tuple[float, float]:
    """The shift (x, y) of a real picture to a fraction of a pixel, from one that is less than a feature off."""
    own, other = (np.where(mask, side, side[mask].mean()) for side in (picture, reference))
    total = np.array(start)
    for _ in range(REFINEMENTS):
        inside = mask & (moved(mask.astype(float), total[0], total[1]) > 1 - 1e-9)
        step = _residual_shift(moved(own, total[0], total[1]), other, binary_erosion(inside))
        total += step
        if np.abs(step).max() < CONVERGED:
            break
    return float(total[0]), float(total[1])


def _residual_shift(picture: Array, reference: Array, mask: Array) -> Array:
    """Small shift (2,) [x, y] from reference ~ a * (picture - dx * d/dx picture - dy * d/dy picture) + b."""
    by_y, by_x = np.gradient(picture)
    columns = [side[mask] for side in (picture, by_x, by_y, np.ones_like(picture))]
    factors = np.linalg.lstsq(np.stack(columns, axis=-1), reference[mask], rcond=None)[0]
    if factors[0] == 0:
        return np.zeros(2)
    return np.asarray(np.clip(-factors[1:3] / factors[0], -1, 1))


def fit(field: Array, reference: Array, mask: Array, by_amplitude: bool) -> Gauges:
    """Fit global phase, linear phase and shift of `field` against `reference`, one after another and again.

    The shift is found from the amplitudes (`by_amplitude`) or from the phases. What lies outside the mask plays
    no part.
    """
    field, part = np.where(mask, field, 0), np.abs if by_amplitude else np.angle
    flat = _straightened(field, reference, mask, fit_ramp(field, reference, mask))
    shift = fit_shift(part(flat), part(reference), mask)
    ramp = fit_ramp(moved(field, *shift), reference, mask)
    flat = _straightened(field, reference, mask, ramp)
    shift = refine_shift(part(flat), part(reference), mask, shift)
    placed = moved(field * _linear(field.shape, ramp), *shift)
    return Gauges(fit_global_phase(placed, reference, mask), *ramp, *shift)


def apply(field: Array, gauges: Gauges) -> Array:
    """Give `field` the gauges that were fitted."""
    turned = field * _linear(field.shape, (gauges.ramp_x, gauges.ramp_y)) * np.exp(1j * gauges.global_phase)
    return moved(turned, gauges.shift_x, gauges.shift_y)


def axes(shape: tuple[int, ...]) -> tuple[Array, Array]:
    """Pixel coordinates y (H, 1) and x (1, W) from the middle of a picture."""
    return np.arange(shape[0])[:, None] - shape[0] // 2, np.arange(shape[1])[None, :] - shape[1] // 2


def _straightened(field: Array, reference: Array, mask: Array, ramp: tuple[float, float]) -> Array:
    own = field * _linear(field.shape, ramp)
    return np.asarray(own * np.exp(1j * fit_global_phase(own, reference, mask)))


def _linear(shape: tuple[int, ...], ramp: tuple[float, float]) -> Array:
    y, x = axes(shape)
    phasor: Array = np.exp(1j * (ramp[0] * x + ramp[1] * y))
    return phasor


def moved(field: Array, dx: float, dy: float) -> Array:
    """Move the content of a picture by dx columns and dy rows, bilinear; from outside, the edge is repeated."""
    if dx == dy == 0:
        return field
    result: Array = shifted(field, (dy, dx), order=1, mode="nearest")
    return result
