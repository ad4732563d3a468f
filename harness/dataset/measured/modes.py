"""The probe of a file brought to one complex mode on the grid of the patterns, or guessed where a file has none."""

from collections.abc import Callable

import numpy as np

from harness.dataset import probes
from harness.dataset.npz import cast
from harness.physics.scale import pattern_energies

Array = np.ndarray
Say = Callable[[str], None]

_SMALLEST_PROBE = 32
"""Pixels a side from which a probe of another size than the detector's is resampled."""


def one_mode(probe: Array, K: int, where: str, say: Say) -> Array:
    """Reduce a probe (K, K), (K, K, modes) or (..., modes, K, K) to one complex mode of K pixels a side.

    `say` takes a sentence for each change. What is of no such shape is returned as it is, for the validation to name.
    """
    name = where.split(": ")[-1]
    probe = _strongest(_stack(_narrowed(probe, where), name, say), name, say)
    if probe.dtype.kind in "iuf":
        probe = probe.astype(np.complex128)
        say(f"{name} is real and was taken as complex with phase 0.")
    if probe.ndim == 2 and probe.shape[0] == probe.shape[1] != K and len(probe) >= _SMALLEST_PROBE:
        say(f"{name} has {len(probe)} pixels a side and was resampled to {K} in Fourier space.")
        probe = probes.resample(probe, K)
    return probe


def guessed(intensity: Array, say: Say) -> Array:
    """A probe (K, K) for a file without one: the beam whose far field is the mean pattern, with flat phase."""
    say(
        "The file holds no probe; as a first guess the beam was taken whose far field is the mean pattern with flat "
        "phase, so refine it, or name one with --key probeGuess=NAME."
    )
    return np.fft.fftshift(np.fft.ifft2(np.fft.ifftshift(np.sqrt(intensity)))).astype(np.complex128)


def diameter(probe: Array) -> float:
    """Width in pixels of a probe (K, K): four standard deviations of its intensity along an axis, at least 1."""
    power = np.abs(probe / np.abs(probe).max()) ** 2
    axis = np.arange(len(power), dtype=np.float64)
    spread = []
    for other in (0, 1):
        line = power.sum(axis=other) / power.sum()
        mean = (line * axis).sum()
        spread.append((line * (axis - mean) ** 2).sum())
    return max(1.0, 4.0 * float(np.sqrt(np.mean(spread))))


def _narrowed(probe: Array, where: str) -> Array:
    narrow = {np.dtype(np.longdouble): np.float64, np.dtype(np.clongdouble): np.complex128}
    return cast(probe, narrow[probe.dtype], where, zero=True) if probe.dtype in narrow else probe


def _stack(probe: Array, name: str, say: Say) -> Array:
    """Turn a probe (K, K), (K, K, modes) or (1, ..., modes, K, K) into (modes, K, K)."""
    if probe.ndim == 2:
        return probe[None]
    if probe.ndim == 3 and probe.shape[0] == probe.shape[1] != probe.shape[2]:
        say(f"{name} came as (N, N, {probe.shape[2]}); its last axis was taken for the modes.")
        return np.moveaxis(probe, -1, 0)
    if probe.ndim > 3 and set(probe.shape[:-3]) == {1}:
        say(f"{name} came as {probe.shape}; its leading axes of length 1 were dropped.")
        return probe.reshape(probe.shape[-3:])
    return probe


def _strongest(stack: Array, name: str, say: Say) -> Array:
    """The mode with the most power of a stack (modes, K, K); anything else is returned as it is."""
    if stack.ndim != 3 or len(stack) == 0 or stack.dtype.kind not in "iufc":
        return stack
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused by the validation
        power = pattern_energies(np.abs(stack))
        share = power.max() / power.sum()
    strongest = int(power.argmax())
    if len(stack) > 1:
        say(
            f"{name} holds {len(stack)} incoherent modes; only the strongest, number {strongest}, is used, so "
            f"{1 - share:.1%} of the power is lost: patterns of a partially coherent beam are not fully explained."
        )
    return np.asarray(stack[strongest])
