"""What the physics leaves free between two reconstructions, fitted so that it can be removed and judged.

A ptychographic object is known up to a scale (of its amplitude, against the probe's), a global phase, and,
where the probe and the origin of the scan are not known either, a linear phase and a shift.
Fields are complex (H, W), masks boolean (H, W). A fitted gauge is what the reference has and the field has not:
`field * scale * exp(i (global_phase + ramp_x * x + ramp_y * y))`, shifted by the shift, is nearest to the reference.
x and y are pixels from the middle of the picture, index size // 2.
"""

from dataclasses import asdict, dataclass

import numpy as np
from scipy.ndimage import binary_erosion, find_objects
from scipy.optimize import least_squares, minimize
from skimage.registration import phase_cross_correlation

from harness.arrays import Array
from harness.judge.subpixel_shift import REACH, shifted, shifted_mask

OVERLAP = 0.5
"""Least share of the mask that must still be compared after a shift: larger shifts are not searched."""
SHIFT_BOUND = 1.5
"""Pixels that the refinement may go from the peak of the correlation; only of a poor picture it ends there."""
RAMP_BOUND = 0.5
"""Radians at the edge of the picture by which the refinement may change the linear phase that it starts at."""
CONVERGED = 1e-10
"""What ends the refinement: the relative change of parameters and of what is left over, and the latter's gradient."""

Pair = tuple[float, float]
"""[x, y]"""
Placement = tuple[Pair, Pair]
"""Linear phase in radians a pixel and shift in pixels."""


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


def fit_whole_shift(picture: Array, reference: Array, mask: Array) -> tuple[float, float]:
    """Whole pixels (x, y) by which to move a real picture; (0, 0) where one side has no contrast.

    The peak of the masked normalised cross-correlation (Padfield, 2012, in scikit-image), which the edges of the mask
    do not pull towards zero.
    """
    if np.ptp(picture[mask]) == 0 or np.ptp(reference[mask]) == 0:
        return 0.0, 0.0
    found, _, _ = phase_cross_correlation(  # type: ignore[no-untyped-call]
        *(np.where(mask, side, 0) for side in (reference, picture)),
        reference_mask=mask,
        moving_mask=mask,
        overlap_ratio=OVERLAP,
    )
    return float(found[1]), float(found[0])


def fit(field: Array, reference: Array, mask: Array, by_amplitude: bool, refine: bool = True) -> Gauges:
    """Fit global phase, linear phase and shift of `field` against `reference`: roughly one by one, then together.

    The shift is found from the complex fields where the amplitude carries the picture (`by_amplitude`), and from
    their phases alone where it does not. What lies outside the mask plays no part.

    Without `refine` the fit is to a whole pixel: enough to say which of two fields is nearer, at a twentieth of the
    time. A field that does not show what the reference shows has no place where a refinement comes to rest.
    """
    field, reference = (np.where(mask, side, 0) for side in (field, reference))
    box = find_objects(mask.astype(int))[0]
    ramp, shift = _fit_placement(field[box], reference[box], mask[box], by_amplitude, refine)
    placed = _placed(field, ramp, shift)
    inside = mask & shifted_mask(mask, *shift)
    return Gauges(fit_global_phase(placed, reference, inside), *ramp, *shift)


def _fit_placement(field: Array, reference: Array, mask: Array, by_amplitude: bool, refine: bool) -> Placement:
    """Linear phase and shift, which do not depend on where the middle of the picture is.

    The search starts without a shift and at the peak of the correlation; what ends nearest to the reference is taken.
    The correlation of a poor picture has its peak anywhere.
    """
    ramp = fit_ramp(field, reference, mask)
    flat = field * _linear(field.shape, ramp)
    flat = flat * np.exp(1j * fit_global_phase(flat, reference, mask))
    part = np.abs if by_amplitude else np.angle
    shift = fit_whole_shift(part(flat), part(reference), mask)
    own, other = (field, reference) if by_amplitude else (_phasors(field), _phasors(reference))
    places = [
        (fit_ramp(shifted(field, *start), reference, mask), start) for start in dict.fromkeys([(0.0, 0.0), shift])
    ]
    if refine:
        places = [_refined(own, other, mask, *start) for start in places]
    common = np.logical_and.reduce([mask, *(shifted_mask(mask, *end) for _, end in places)])
    return max(places, key=lambda place: _cosine(_placed(own, *place)[common], other[common]))


def _refined(field: Array, reference: Array, mask: Array, ramp: Pair, shift: Pair) -> Placement:
    """Linear phase (x, y) and shift (x, y) together: where nothing of a gauge of the reference is left in the error.

    Where a least-squares fit is at rest, the error is orthogonal to what each gauge would change; here to what it
    would change in the reference. The shifted field itself must not set the goal: a move by half a pixel smooths its
    noise, and the smallest error would then be found there. Only pixels are used that no shift within the search can
    bring in from outside the mask; without any, nothing is refined.
    """
    room = 2 * int(np.ceil(REACH + SHIFT_BOUND)) + 1
    inside = mask & binary_erosion(shifted_mask(mask, *shift), np.ones((room, room)))
    expected, half = reference[inside], max(field.shape) / 2  # half: a unit step of a ramp turns the edge by a radian
    changes = _changes(reference, half)[:, inside]
    energies = np.square(np.abs(changes)).sum(axis=1)
    if not energies.all():
        return ramp, shift

    def left_over(gauges: Array) -> Array:
        placed = _placed(field, gauges[:2] / half, gauges[2:])[inside]
        overlap = np.vdot(expected, placed)
        scale = np.vdot(expected, expected) / overlap if overlap else 0.0
        return (np.conj(changes) @ (scale * placed - expected)).real / energies

    start = np.array([*(half * np.array(ramp)), *shift])
    bound = np.array([RAMP_BOUND, RAMP_BOUND, SHIFT_BOUND, SHIFT_BOUND])
    bounds = (start - bound, start + bound)
    found = least_squares(left_over, start, bounds=bounds, ftol=CONVERGED, xtol=CONVERGED, gtol=CONVERGED).x
    return (float(found[0] / half), float(found[1] / half)), (float(found[2]), float(found[3]))


def _placed(field: Array, ramp: Array | Pair, shift: Array | Pair) -> Array:
    return shifted(field * _linear(field.shape, ramp), *shift)


def _cosine(own: Array, other: Array) -> float:
    """Modulus of the cosine between two complex arrays, 0 where one is zero."""
    norm = np.linalg.norm(own) * np.linalg.norm(other)
    return float(np.abs(np.vdot(own, other)) / norm) if norm > 0 else 0.0


def _changes(field: Array, half: float) -> Array:
    """(4, H, W): what a small linear phase by x, by y, a small shift by x and by y would change in a field."""
    y, x = axes(field.shape)
    by_y, by_x = np.gradient(field)
    return np.stack([1j * field * x / half, 1j * field * y / half, -by_x, -by_y])


def apply(field: Array, gauges: Gauges) -> Array:
    """Give `field` the gauges that were fitted; `subpixel_shift.shifted_mask` says which pixels then hold a picture."""
    turned = field * _linear(field.shape, (gauges.ramp_x, gauges.ramp_y)) * np.exp(1j * gauges.global_phase)
    return shifted(turned, gauges.shift_x, gauges.shift_y)


def axes(shape: tuple[int, ...]) -> tuple[Array, Array]:
    """Pixel coordinates y (H, 1) and x (1, W) from the middle of a picture."""
    return np.arange(shape[0])[:, None] - shape[0] // 2, np.arange(shape[1])[None, :] - shape[1] // 2


def _linear(shape: tuple[int, ...], ramp: Array | Pair) -> Array:
    y, x = axes(shape)
    phasor: Array = np.exp(1j * ramp[0] * x) * np.exp(1j * ramp[1] * y)
    return phasor


def _phasors(field: Array) -> Array:
    """A field without its amplitude, 0 where it has none."""
    modulus = np.abs(field)
    return np.divide(field, modulus, out=np.zeros_like(field), where=modulus > 0)
