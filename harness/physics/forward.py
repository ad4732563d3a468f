"""Forward model in NumPy float64, from object patches to the counts on the detector."""

import numpy as np

from harness.physics.merge import Merging, extract, merge

Array = np.ndarray


def exit_wave(patches: Array, probe: Array) -> Array:
    """Exit waves `psi = P * O` (B, N, N, C) of object patches (B, N, N, C) under the probe (N, N)."""
    psi: Array = patches * probe[:, :, None]
    return psi


def diffract(psi: Array) -> Array:
    """Waves at the detector: orthonormal FFT over the pixels of (B, N, N, C), zero frequency at index N/2.

    `sum(|F|^2) = sum(|psi|^2)`.
    """
    return np.fft.fftshift(np.fft.fft2(psi, axes=(1, 2), norm="ortho"), axes=(1, 2))


def diffract_adjoint(wave: Array) -> Array:
    """Adjoint of `diffract`, which is also its inverse."""
    return np.fft.ifft2(np.fft.ifftshift(wave, axes=(1, 2)), axes=(1, 2), norm="ortho")


def squared(wave: Array) -> Array:
    """`|F|^2` as real^2 + imag^2, without the square root in `abs`."""
    energy: Array = wave.real**2 + wave.imag**2
    return energy


def forward_stages(
    object_patches: Array, relative: Array, probe: Array, log_scale: float, merging: Merging | None
) -> dict[str, Array]:
    """Compute every physics stage from object patches to the predicted counts.

    Args:
        object_patches: (B, N, N, C) complex.
        relative: (B, 1, 2, C) pixels `[x, y]`, see `harness.physics.merge`.
        probe: (N, N) complex, masked if the model masks it.
        log_scale: logarithm of the intensity scale.
        merging: how patches are merged; None: not at all, and both merge stages are the patches themselves.

    Returns:
        The stages by name, in the order of the computation, (B, N, N, C) each, but for `object_merged`, which is
        (B, padded, padded, 1) when patches are merged. `diffraction_amplitude` is without the intensity scale;
        `intensity` is in counts, `exp(2 log_scale) |F|^2`.
    """
    patches = np.asarray(object_patches, dtype=np.complex128)
    merged = extracted = patches
    if merging is not None:
        canvas = merge(patches, relative, merging.padded_size, merging.weight)
        merged, extracted = canvas[..., None], extract(canvas, relative, patches.shape[1])
    psi = exit_wave(extracted, probe)
    energy = squared(diffract(psi))
    return {
        "object_patches": patches,
        "object_merged": merged,
        "object_extracted": extracted,
        "exit_wave": psi,
        "diffraction_amplitude": np.sqrt(energy),
        "intensity": np.exp(2.0 * log_scale) * energy,
    }
