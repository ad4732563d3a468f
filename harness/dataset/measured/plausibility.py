"""What a scientist checks at a glance: the figures of a data set, and what is odd about it but not impossible."""

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.spatial import KDTree

from harness.dataset.npz import RawData
from harness.physics.scale import pattern_energies

Array = np.ndarray

_CHUNK = 32
"""Patterns that are looked at together, to limit the memory."""
_TYPES = (16, 31, 32, 63, 64)
"""Bits of the types of frames whose largest value marks a pixel that is saturated, or that counts nothing."""
_EXACT_TO = 2.5e-7
"""Relative error of a count that was rounded to a float32 amplitude."""
_EXACT_COUNTS = 1e4
"""Counts up to which a float32 amplitude tells certainly whether they are whole."""
_MOST_COUNTS = 1e12
"""Counts of a pixel in one pattern above which the values are no counts."""
_FEW = 0.01
"""Share of pixels that may hold no whole number of counts before it is said."""
_SATURATED_FROM, _TIES, _TIMES = 50.0, 4, 10.0
"""From which count, in how many pixels, and how many times as often as counts just below it a largest count is odd."""
_DOMINANT = 0.5
"""Share of all photons from which a single pixel of the detector is odd."""
_LISTED = 8
"""Keys that were left out that are listed by name."""
_LINE = 1e-3
"""Breadth over length of a scan below which it is a line."""


def figures(raw: RawData) -> str:
    """One line: photons a pattern, brightest pixel, extent and step of the scan, empty frames, keys left out."""
    energies = _energies(raw.diffraction)
    (width, height), near, empty = _extent(raw), step(raw.x, raw.y), 100 * float(np.mean(energies == 0))
    return (
        f"{energies.mean():.4g} photons a pattern, {float(raw.diffraction.max()) ** 2:.6g} in the brightest pixel; "
        f"scan of {width:.4g} x {height:.4g} pixels (x, y), "
        f"{'no step' if near is None else f'median step {near:.3g} pixels'}; "
        f"{empty:.3g} % of the frames empty; keys left out: {_listed(raw.left_out)}"
    )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return (", ".join(names[:_LISTED]) or "none") + more


def doubts(raw: RawData) -> tuple[str, ...]:
    """One sentence for each oddity of the scan or of the patterns, with the figures that show it."""
    return (*_of_scan(raw), *_of_frames(raw), *_of_counts(raw), *_of_pixels(raw))


def _of_scan(raw: RawData) -> Iterator[str]:
    (width, height), near, N = _extent(raw), step(raw.x, raw.y), raw.diffraction.shape[-1]
    if len(raw.x) == 1:
        yield "There is one pattern alone, so nothing overlaps."
    elif near is None:
        yield (
            f"All {len(raw.x)} positions are equal, ({raw.x[0]:.6g}, {raw.y[0]:.6g}) pixels (x, y); make sure that the "
            "scan stood still, else write the position of each pattern."
        )
    elif max(width, height) < 1:
        yield (
            f"The scan spans {width:.3g} x {height:.3g} pixels, less than one; make sure that positions count pixels "
            "of the object grid."
        )
    elif len(raw.x) > 2 and _breadth(raw) < _LINE:
        yield (
            f"All positions lie on a line ({width:.4g} x {height:.4g} pixels); make sure that both coordinates were "
            "written, since patterns overlap along the line alone."
        )
    if near is not None and near > N:
        yield (
            f"The median step to the next position is {near:.4g} pixels, more than the {N} of a patch, so hardly any "
            "patches overlap; make sure that positions count pixels of the object grid."
        )


def _of_frames(raw: RawData) -> Iterator[str]:
    M = len(raw.diffraction)
    flat = raw.diffraction.reshape(M, -1)
    largest, smallest = flat.max(axis=1), flat.min(axis=1)
    if empty := np.count_nonzero(largest == 0):
        yield f"{empty} of {M} patterns ({empty / M:.0%}) are empty: no photon was counted in them; leave them out."
    if constant := np.count_nonzero((largest == smallest) & (largest > 0)):
        yield f"{constant} of {M} patterns hold one value in all pixels, {largest.max():.4g}; they show no diffraction."
    elif M > 1 and all(np.array_equal(flat[0], one) for one in flat[1:]):
        yield f"All {M} patterns are equal, pixel by pixel; make sure that each was measured."


def _of_counts(raw: RawData) -> Iterator[str]:
    photons = float(_energies(raw.diffraction).mean())
    if photons < 1:
        yield f"A pattern holds {photons:.3g} photons on average, less than one; make sure that nothing was normalised."
    if (brightest := float(raw.diffraction.max()) ** 2) > _MOST_COUNTS:
        yield f"The brightest pixel holds {brightest:.3g} counts, more than any detector counts; check the units."
    share, example = _not_whole(raw.diffraction)
    if share > _FEW:
        yield (
            f"{share:.0%} of the bright pixels hold no whole number of counts when 'diff3d' is squared (such as "
            f"{example:.6g}), so they were averaged, scaled or background-subtracted; photon noise is that of whole "
            "counts."
        )


def _not_whole(amplitude: Array) -> tuple[float, float]:
    """Share of the pixels with counts that are certainly not whole, and one of those counts."""
    looked_at, odd, example = 0, 0, 0.0
    for part in _parts(amplitude):
        counts = np.square(part, dtype=np.float64)
        counts = counts[(counts > 0) & (counts < _EXACT_COUNTS)]
        wrong = counts[np.abs(counts - np.rint(counts)) > 4 * _EXACT_TO * counts]
        looked_at, odd = looked_at + counts.size, odd + wrong.size
        example = float(wrong[0]) if wrong.size else example
    return (odd / looked_at if looked_at else 0.0), example


def _of_pixels(raw: RawData) -> Iterator[str]:
    A, marked = raw.diffraction, False
    for bits in _TYPES:
        largest = np.float32(np.sqrt(2.0**bits - 1))
        if pixels := sum(int(np.count_nonzero(np.abs(part / largest - 1) < _EXACT_TO)) for part in _parts(A)):
            marked = True
            yield (
                f"{pixels} pixels ({pixels / len(A):.3g} a pattern) hold {2**bits - 1} counts, the largest number of "
                f"{bits} bits, which marks pixels that are saturated or bad; set bad ones to 0."
            )
    if not marked and (pixels := _saturated(A)):
        yield (
            f"{pixels} pixels ({pixels / len(A):.3g} a pattern) hold exactly the largest count, "
            f"{float(A.max()) ** 2:.6g}, far more than hold one just below it; make sure that the detector was not "
            "saturated."
        )
    mean = _mean_counts(A)
    if mean.max() > _DOMINANT * mean.sum():
        row, column = np.unravel_index(int(mean.argmax()), mean.shape)
        yield (
            f"One pixel of the detector, ({row}, {column}), holds {mean.max() / mean.sum():.0%} of all photons; make "
            "sure that it is not a hot one."
        )


def _parts(amplitude: Array) -> Iterator[Array]:
    """A few patterns at a time, so that what is computed of them takes little memory."""
    return (amplitude[start : start + _CHUNK] for start in range(0, len(amplitude), _CHUNK))


def _energies(amplitude: Array) -> Array:
    """The sum (M,) of the squared amplitudes of each pattern."""
    return np.concatenate([pattern_energies(part) for part in _parts(amplitude)])


def _mean_counts(amplitude: Array) -> Array:
    """The mean pattern (N, N) of counts."""
    return np.asarray(sum(np.square(part, dtype=np.float64).sum(axis=0) for part in _parts(amplitude)) / len(amplitude))


def _saturated(amplitude: Array) -> int:
    """How many pixels hold the largest count, where these are too many for chance; else 0."""
    largest = float(amplitude.max())
    at = sum(int(np.count_nonzero(part == amplitude.max())) for part in _parts(amplitude))
    below = sum(int(np.count_nonzero(part >= np.sqrt(0.9) * largest)) for part in _parts(amplitude)) - at
    a_count = below / (0.1 * largest**2)
    return at if largest**2 >= _SATURATED_FROM and at >= _TIES and at > _TIMES * a_count else 0


def _extent(raw: RawData) -> tuple[float, float]:
    """Width and height of the scan in pixels."""
    return float(np.ptp(raw.x)), float(np.ptp(raw.y))


def step(x: Array, y: Array) -> float | None:
    """Median distance from a position to the nearest other one, in their own unit; None where all are equal."""
    positions = np.unique(np.stack([x, y], axis=1), axis=0)
    rounding = 1e-9 * max(float(np.abs(positions).max()), 0.0)
    if len(positions) < 2 or np.ptp(positions, axis=0).max() <= rounding:
        return None
    distances, _ = KDTree(positions).query(positions, k=2)
    return float(np.median(distances[:, 1]))


def _breadth(raw: RawData) -> float:
    """Breadth over length of the scan, along the axes of its positions."""
    positions = np.stack([raw.x - raw.x.mean(), raw.y - raw.y.mean()])
    longest, shortest = np.linalg.svd(positions, compute_uv=False, full_matrices=False)
    return float(shortest / longest)
