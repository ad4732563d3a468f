"""Simulated objects in NumPy float64, reproducible from a seed."""

import numpy as np
from scipy.ndimage import gaussian_filter

Array = np.ndarray

BLURS = ((4.0, 4.0), (10.0, 5.0))
"""Blur widths (standard deviation, pixels) and the weight of each in the sum.

The first gives lines that a small network resolves, the second a halo around them that overlapping patches have in
common, so that they can be aligned.
"""

DENSITY = 2.5
"""Line segments per 10,000 pixels of object: one or two in a patch, so that single lines can be distinguished."""

PEDESTAL = 0.2
"""Amplitude added everywhere, as a fraction of the blurred lines' mean: positive also where no line is near."""


def draw_segments(shape: tuple[int, int], count: int, rng: np.random.Generator) -> Array:
    """Return `(H, W)` float64: 1 on the pixels of `count` random segments, else 0.

    End points are drawn uniformly from the array enlarged by a quarter on every
    side, so that the borders are as dense as the middle.
    """
    height, width = shape
    image = np.zeros(shape)
    size = np.array([height, width], dtype=float)
    middle = rng.uniform(-0.25, 1.25, (count, 2)) * size
    length = rng.uniform(0.05, 0.5, count) * size.min()
    angle = rng.uniform(0.0, np.pi, count)
    for centre, span, theta in zip(middle, length, angle, strict=True):
        steps = np.linspace(-0.5, 0.5, int(np.ceil(2.0 * span)) + 2) * span
        rows = np.rint(centre[0] + steps * np.sin(theta)).astype(int)
        columns = np.rint(centre[1] + steps * np.cos(theta)).astype(int)
        inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        image[rows[inside], columns[inside]] = 1.0
    return image


def lines(shape: tuple[int, int], seed: int) -> Array:
    """Return a positive `(H, W)` float64 amplitude of mean 1: blurred random lines.

    The segments are blurred at each width of `BLURS` and summed with its weight,
    so that there is detail at the scale of a pixel and of an illumination spot.
    """
    rng = np.random.default_rng(seed)
    enlarged = 1.5 * 1.5
    count = round(DENSITY * enlarged * shape[0] * shape[1] / 1e4)
    image = draw_segments(shape, count, rng)
    blurred = [weight * gaussian_filter(image, width, mode="reflect") for width, weight in BLURS]
    amplitude = np.sum(blurred, axis=0)
    amplitude += PEDESTAL * amplitude.mean()
    return amplitude / amplitude.mean()


def phase_follows_amplitude(amplitude: Array, span: float) -> Array:
    """Return `(H, W)` complex128: `amplitude` with a phase that rises with it.

    The phase is 0 at the mean amplitude and spans `span` radians between the
    1st and the 99th percentile of the amplitude; beyond them it is clipped.
    """
    amplitude = np.asarray(amplitude, dtype=np.float64)
    low, high = np.percentile(amplitude, (1.0, 99.0))
    relative = np.clip((amplitude - low) / (high - low), 0.0, 1.0)
    phase = span * (relative - relative.mean())
    return amplitude * np.exp(1j * phase)
