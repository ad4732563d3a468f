"""The terms of the loss, and the analytic gradient of the likelihood with respect to the object patches.

Every term is a mean, so that it does not depend on the size of the batch. The terms are named as in
the scenario's section `loss`.

A mask (N, N) bool is True on the pixels that count: all others are left out of the sums, and of the numbers that
means are over. What stands in them, measured or predicted, changes no value and no gradient.
"""

from collections.abc import Mapping

import numpy as np

from harness.physics import forward, scale
from harness.physics.merge import Merging, extract, extract_adjoint, merge, merge_adjoint

Array = np.ndarray

INTENSITY_FLOOR = 1e-12
"""Smallest argument of the logarithm and of the square root, in counts; smaller ones are replaced by it."""

SMOOTHING = 1e-12
"""Added under the root of the total variation, so that its gradient exists where the object is flat."""


def poisson(intensity: Array, observed: Array, nphotons: float, mask: Array | None = None) -> float:
    """Poisson negative log-likelihood of the counts, as a mean over the patterns, in units of `nphotons`.

    `sum(I - I_obs log(max(I, 1e-12)))` over the pixels of each pattern that count; `intensity` and `observed` are
    counts (B, N, N, C). The constant `log(I_obs!)` is left out.
    """
    predicted, counts = _counting(intensity, mask), _counting(observed, mask)
    floored = np.maximum(predicted, INTENSITY_FLOOR)
    return float((predicted - counts * np.log(floored)).sum() / _patterns(intensity) / nphotons)


def amplitude_mae(intensity: Array, amplitude: Array, nphotons: float, mask: Array | None = None) -> float:
    """Mean over all pixels that count of `|sqrt(max(I, 1e-12)) - A_obs|`, in units of the closed-form scale.

    `intensity` is in counts (B, N, N, C), `amplitude` is the square root of counts. The unit does not depend on the
    trained scale: an error in units of the trained scale would become arbitrarily small if that scale grew.
    """
    predicted = np.sqrt(np.maximum(_counting(intensity, mask), INTENSITY_FLOOR))
    unit = scale.intensity_scale_closed_form(nphotons, amplitude.shape[1])
    return float(np.abs(predicted - _counting(amplitude, mask)).mean() / unit)


def total_variation(object_patches: Array) -> float:
    """Mean modulus of the differences of neighbouring pixels of (B, N, N, C) complex patches: rows plus columns.

    `mean |o[i+1, j] - o[i, j]| + mean |o[i, j+1] - o[i, j]|` with the modulus `sqrt(re^2 + im^2 + 1e-12)`.
    """
    steps = (np.diff(object_patches, axis=axis) for axis in (1, 2))
    return float(sum(np.sqrt(forward.squared(step) + SMOOTHING).mean() for step in steps))


def loss_terms(
    stages: Mapping[str, Array],
    amplitude: Array,
    nphotons: float,
    weights: Mapping[str, float],
    mask: Array | None = None,
) -> dict[str, float]:
    """`loss` and each of its terms whose weight is not 0.

    Args:
        stages: the result of `forward.forward_stages`.
        amplitude: (B, N, N, C) square roots of the observed counts.
        nphotons: mean number of photons in a pattern.
        weights: name of each term -> its weight in the loss.
        mask: (N, N) bool, the pixels that count; None: all.
    """
    values = {
        "poisson": lambda: poisson(stages["intensity"], amplitude**2, nphotons, mask),
        "amplitude_mae": lambda: amplitude_mae(stages["intensity"], amplitude, nphotons, mask),
        "total_variation": lambda: total_variation(stages["object_patches"]),
    }
    terms = {name: values[name]() for name, weight in weights.items() if weight}
    return {"loss": sum(weights[name] * value for name, value in terms.items()), **terms}


def poisson_gradient(
    object_patches: Array,
    relative: Array,
    probe: Array,
    log_scale: float,
    merging: Merging | None,
    observed: Array,
    nphotons: float,
    mask: Array | None = None,
) -> Array:
    """Gradient (B, N, N, C) complex128 of `poisson` with respect to the object patches.

    Its real and imaginary parts are the derivatives by the real and imaginary parts of the patches. `observed`
    (B, N, N, C) is in counts; `nphotons` and `mask` are as in `poisson`, all other arguments as in
    `forward.forward_stages`.
    """
    patches = np.asarray(object_patches, dtype=np.complex128)
    extracted = patches
    if merging is not None:
        canvas = merge(patches, relative, merging.padded_size, merging.weight)
        extracted = extract(canvas, relative, patches.shape[1])
    wave = forward.diffract(forward.exit_wave(extracted, probe))
    by_wave = 2.0 * wave * _slope(forward.squared(wave), observed, np.exp(2.0 * log_scale))
    if mask is not None:
        by_wave[:, ~mask] = 0
    by_wave /= _patterns(wave) * nphotons
    gradient = forward.exit_wave(forward.diffract_adjoint(by_wave), np.conj(probe))
    if merging is None:
        return gradient
    return merge_adjoint(extract_adjoint(gradient, relative, merging.padded_size), relative, merging.weight)


def _slope(energy: Array, observed: Array, gain: float) -> Array:
    """Derivative of `I - I_obs log(max(I, floor))` by `|F|^2`, with `I = gain |F|^2`."""
    intensity = gain * energy
    above = intensity > INTENSITY_FLOOR
    return gain * (1.0 - np.where(above, observed / np.where(above, intensity, 1.0), 0.0))


def _counting(values: Array, mask: Array | None) -> Array:
    """Values (B, n, C) of the n pixels that count, of (B, N, N, C); all of them, in their shape, without a mask."""
    return values if mask is None else values[:, mask]


def _patterns(batch: Array) -> int:
    return len(batch) * int(batch.shape[-1])
