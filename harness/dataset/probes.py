"""Simulated illumination probes `(N, N)`, not yet normalised (see `harness.physics.probe`).

Lengths are in pixels of the object grid and distances are taken from the
half-pixel centre `(N - 1) / 2`. Default sizes grow with `N`.
"""

from collections.abc import Callable

import numpy as np
from scipy.ndimage import gaussian_filter

Array = np.ndarray


def radii(N: int) -> Array:
    """Return `(N, N)` float64 distances in pixels from the half-pixel centre."""
    axis = np.arange(N) - (N - 1) / 2.0
    return np.hypot(axis[:, None], axis[None, :])


def idealised(N: int, default_scale: float = 0.7) -> Array:
    """Return a real positive `(N, N)` float64 disk with soft edges.

    A Gaussian low-pass filter `exp(-(r / r0)^2)` of width `r0 = default_scale * N / 2`
    is thresholded at `exp(-1/2)` (a disk of radius `r0 / sqrt(2)`, 15.8 pixels at `N` 64),
    blurred by one pixel and raised by 1e-9.
    """
    low_pass = np.exp(-((radii(N) / (default_scale * N / 2.0)) ** 2))
    disk = (low_pass > np.exp(-0.5)).astype(np.float64)
    return gaussian_filter(disk, 1.0) + 1e-9


def curved_disk(N: int, curvature: float = 3.0) -> Array:
    """Return a complex128 `(N, N)` disk with a quadratic phase.

    The phase is `curvature * (r / 13.5)^2` radians at `N` 64; the length scales
    with `N`. It breaks the symmetry between an object and its twin.
    """
    return idealised(N) * np.exp(1j * curvature * (radii(N) / (13.5 * N / 64.0)) ** 2)


def zone_plate(N: int, aperture: float = 0.3, stop: float = 0.35, radius: float = 0.22) -> Array:
    """Return the complex128 `(N, N)` probe of a defocused zone plate.

    `aperture` is the outer radius of the annular pupil in cycles per pixel,
    `stop` the radius of its central stop as a fraction of that, and `radius`
    the geometric radius of the illuminated spot as a fraction of `N`. The
    defocus (wavelength times distance, in square pixels) follows from them:
    `radius * N / aperture`. Propagation is Fresnel's, on a grid four times as
    wide, of which the middle is cut out: the tails are kept, nothing wraps.
    """
    wide = 4 * N
    frequency = np.fft.fftfreq(wide)
    squared = frequency[:, None] ** 2 + frequency[None, :] ** 2
    soft = 0.5 / N  # half a detector pixel
    distance = np.sqrt(squared)
    outer = 0.5 - 0.5 * np.tanh((distance - aperture) / soft)
    inner = 0.5 - 0.5 * np.tanh((distance - stop * aperture) / soft)
    defocus = radius * N / aperture
    spectrum = (outer - inner) * np.exp(-1j * np.pi * defocus * squared)
    centre = (wide - 1) / 2.0
    shift = np.exp(-2j * np.pi * centre * (frequency[:, None] + frequency[None, :]))
    wave = np.fft.ifft2(spectrum * shift)
    first = (wide - N) // 2
    probe = wave[first : first + N, first : first + N]
    return probe / np.abs(probe).max()


KINDS: dict[str, Callable[[int], Array]] = {
    "idealised": idealised,
    "zone_plate": zone_plate,
    "curved_disk": curved_disk,
}
"""From the key `dataset.probe.kind` of a scenario to the function of N that computes the probe; a probe of the kind
`file` is read from the data set."""


def resample(probe: Array, N: int) -> Array:
    """Return complex128 `(N, N)`: the probe on `N` pixels over the same field.

    The centred spectrum of the `(K, K)` probe is cut (N < K) or padded with
    zeros (N > K), as cropping or padding the detector does. The orthonormal
    transform keeps the detector's amplitudes, hence the energy that remains,
    and a probe about the half-pixel centre stays about it.
    """
    probe = np.asarray(probe, dtype=np.complex128)
    K = probe.shape[0]
    if probe.shape != (K, K):
        raise ValueError(f"cannot resample a probe of shape {probe.shape} to {N} pixels")
    spectrum = np.fft.fftshift(np.fft.fft2(np.fft.ifftshift(probe), norm="ortho"))
    first = K // 2 - N // 2  # so that index K // 2, the zero frequency, becomes index N // 2
    if N <= K:  # noqa: SIM108 - two lines are easier to read
        spectrum = spectrum[first : first + N, first : first + N]
    else:
        spectrum = np.pad(spectrum, (-first, N - K + first))
    # the transform's origin is half a pixel from the centre of an even side, and that half changes its length
    own, other = (0.0 if side % 2 else 0.5 for side in (K, N))
    shift = own * N / K - other
    tilt = np.exp(-2j * np.pi * shift * (np.arange(N) - N // 2) / N)
    spectrum = spectrum * tilt[:, None] * tilt[None, :]
    return np.fft.fftshift(np.fft.ifft2(np.fft.ifftshift(spectrum), norm="ortho"))
