"""What the layers of a stage may have been fed with: stages before it, or the batch as networks usually take it."""

import math
from collections.abc import Iterator

import numpy as np

from harness.arrays import Array
from harness.judge.hypotheses.known import Known
from harness.judge.hypotheses.layers.compute import as_image

LOOKED_BACK = 6
"""Stages before the wrong one that may be its input; the last of them first."""


def inputs(known: Known) -> Iterator[tuple[str, Array]]:
    """Name and values (samples, ...) of everything that a stage may be computed from, the likeliest first."""
    samples, channels = len(known.own), known.own.shape[-1]
    for name, stage in list(reversed(list(known.stages.items())))[:LOOKED_BACK]:
        if np.iscomplexobj(stage):
            continue
        if len(stage) % samples == 0:
            yield name, stage
            if stage.ndim == len(("samples", "numbers")) and _fills_square(stage.shape[1], channels):
                yield name, as_image(stage, channels)
        yield from ((name, values) for values in _patterns(stage, samples, known))
    if "amplitude" in known.batch:
        amplitude = known.batch["amplitude"][:samples]
        yield from (("the batch", values) for values in usual_inputs(amplitude, known.numbers.get("intensity scale")))


def _fills_square(numbers: int, channels: int) -> bool:
    """Whether so many numbers are a square image with so many channels."""
    return math.isqrt(numbers // channels) ** 2 * channels == numbers


def usual_inputs(amplitude: Array, scale: float | None) -> Iterator[Array]:
    """Square roots of the counts (B, N, N, C), as networks are usually fed with them."""
    counts = amplitude**2
    for values in (amplitude, counts, np.log1p(counts), np.log1p(amplitude), np.log10(1 + counts)):
        yield values
        yield values / np.maximum(values.max(axis=(1, 2), keepdims=True), 1e-12)
        yield values / max(float(values.max()), 1e-12)
    if scale:
        yield amplitude / scale
        yield np.log1p(amplitude / scale)


def _patterns(images: Array, samples: int, known: Known) -> Iterator[Array]:
    """Patterns (B, N, N, C) one by one, as they are and as logarithm and autocorrelation (docs/physics.md)."""
    if images.ndim != 4 or samples % images.shape[3]:  # (B, N, N, C)
        return
    alone = np.moveaxis(images, 3, 1).reshape(-1, *images.shape[1:3], 1)[:samples]
    for values in (alone, images[:samples]):
        if len(values) == samples:
            yield values
            yield np.log1p(values)
            yield with_autocorrelation(values, known.options.get("autocorrelation_divisor"))


def with_autocorrelation(values: Array, divisor: object) -> Array:
    """`log1p(X)` of all channels, then `real(fftshift(ifft2(ifftshift(X^2)))) / divisor`, orthonormal."""
    shifted = np.fft.ifftshift(np.square(values), axes=(1, 2))
    found = np.fft.fftshift(np.fft.ifft2(shifted, axes=(1, 2), norm="ortho").real, axes=(1, 2))
    return np.concatenate([np.log1p(values), found / (divisor if isinstance(divisor, int | float) else 1.0)], axis=-1)
