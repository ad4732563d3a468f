"""Gauges: transformations that the physics leaves free between two reconstructions, fitted to remove and judge them.

A ptychographic object is known up to a scale (of its amplitude, against the probe's), a global phase, and,
where the probe and the origin of the scan are not known either, a linear phase and a shift.
Fields are complex (H, W), masks boolean (H, W). Gauges are fitted such that
`field * scale * exp(i (global_phase + ramp_x * x + ramp_y * y))`, moved by the shift, is nearest to the reference;
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
"""Smallest share of the mask that must overlap itself after a shift: larger shifts are not searched."""
SHIFT_BOUND = 1.5
"""Largest change of the shift in the refinement, pixels; only a poor picture reaches it."""
RAMP_BOUND = 0.5
"""Largest change of the linear phase in the refinement, radians at the edge of the picture."""
SEARCH = {"x_scale": "jac", "ftol": 1e-4, "xtol": 1e-10, "gtol": 1e-10}
"""Options of the least-squares refinement. Of a picture that resembles the reference nothing is left over at the end,
and `gtol` says so. The search on a poor one creeps along a bound: `ftol` ends it, some hundredths of a pixel from where
it would. `dogbox` often ends there at a larger error, or only when it is stopped."""

Pair = tuple[float, float]
"""Values along x and y."""
Placement = tuple[Pair, Pair]
"""Linear phase, radians a pixel, and shift, pixels."""


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
        """The gauges by name."""
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

    It is the peak of the Fourier transform of the masked product reference * conj(field), found on a frequency grid
    twice as fine as that of the picture and then refined by maximising the modulus of the sum.
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
    """Whole pixels (x, y) by which to move a real picture; (0, 0) where one of the two is constant.

    It is the peak of the masked normalised cross-correlation (Padfield, 2012, in scikit-image), which the edges of the
    mask do not bias towards zero.
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
    """Fit global phase, linear phase and shift of `field` to `reference`: first one by one, then together.

    Args:
        field: complex picture (H, W).
        reference: complex picture (H, W) that it is fitted to.
        mask: boolean (H, W); pixels outside it have no influence.
        by_amplitude: whether the amplitude is the leading part; otherwise only the phases are compared.
        refine: False for a shift of whole pixels: it is enough to decide which of two fields is nearer, takes a
            twentieth of the time, and does not need a field that resembles the reference.
    """
    field, reference = (np.where(mask, side, 0) for side in (field, reference))
    box = find_objects(mask.astype(int))[0]
    ramp, shift = _fit_placement(field[box], reference[box], mask[box], by_amplitude, refine)
    placed = _placed(field, ramp, shift)
    inside = mask & shifted_mask(mask, *shift)
    return Gauges(fit_global_phase(placed, reference, inside), *ramp, *shift)


def _fit_placement(field: Array, reference: Array, mask: Array, by_amplitude: bool, refine: bool) -> Placement:
    """Fit linear phase and shift together; both do not depend on the origin of the coordinates.

    The search starts without a shift and at the peak of the correlation, and the result nearest to the reference is
    taken: the correlation of a poor picture may have its peak anywhere.
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
    """Refine linear phase (x, y) and shift (x, y) together by least squares.

    At the solution the error is orthogonal to the change that each gauge makes in the reference. The change of the
    shifted field must not be used instead: a shift by half a pixel smooths its noise, and the smallest error would
    then be found there. Only pixels are used that no shift within the search can bring in from outside the mask;
    without any, the start is returned.
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
    found = least_squares(left_over, start, bounds=bounds, **SEARCH).x
    return (float(found[0] / half), float(found[1] / half)), (float(found[2]), float(found[3]))


def _placed(field: Array, ramp: Array | Pair, shift: Array | Pair) -> Array:
    return shifted(field * _linear(field.shape, ramp), *shift)


def _cosine(own: Array, other: Array) -> float:
    """Modulus of the cosine of the angle between two complex arrays; 0 where one is zero."""
    norm = np.linalg.norm(own) * np.linalg.norm(other)
    return float(np.abs(np.vdot(own, other)) / norm) if norm > 0 else 0.0


def _changes(field: Array, half: float) -> Array:
    """(4, H, W): derivatives of a field by linear phase along x and y and by shift along x and y."""
    y, x = axes(field.shape)
    by_y, by_x = np.gradient(field)
    return np.stack([1j * field * x / half, 1j * field * y / half, -by_x, -by_y])


def apply(field: Array, gauges: Gauges) -> Array:
    """Apply fitted gauges to `field`; `subpixel_shift.shifted_mask` says which pixels are then valid."""
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
    """A field divided by its amplitude; 0 where the amplitude is 0."""
    modulus = np.abs(field)
    return np.divide(field, modulus, out=np.zeros_like(field), where=modulus > 0)
