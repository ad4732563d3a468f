"""From object patches to the counts on the detector, in NumPy float64: the oracle of the physics stages."""

import numpy as np

from harness.physics.merge import Merging, extract, merge

Array = np.ndarray


def exit_wave(patches: Array, probe: Array) -> Array:
    """`psi = P * O`: patches (B, N, N, C) under the probe (N, N), the same for every position."""
    psi: Array = patches * probe[:, :, None]
    return psi


def diffract(psi: Array) -> Array:
    """Wave at the detector: orthonormal FFT over the pixels of (B, N, N, C), zero frequency at index N/2.

    `sum(|F|^2) = sum(|psi|^2)`.
    """
    return np.fft.fftshift(np.fft.fft2(psi, axes=(1, 2), norm="ortho"), axes=(1, 2))


def diffract_adjoint(wave: Array) -> Array:
    """Adjoint of `diffract`, which is its inverse too."""
    return np.fft.ifft2(np.fft.ifftshift(wave, axes=(1, 2)), axes=(1, 2), norm="ortho")


def squared(wave: Array) -> Array:
    """`|F|^2` as real^2 + imag^2: no square root is taken on the way to the counts."""
    energy: Array = wave.real**2 + wave.imag**2
    return energy


def forward_stages(
    object_patches: Array, relative: Array, probe: Array, log_scale: float, merging: Merging | None
) -> dict[str, Array]:
    """Every physics stage, by name and in order, from object patches (B, N, N, C) to the predicted counts.

    `relative` (B, 1, 2, C) pixels; `probe` (N, N) as the model uses it (masked if it masks);
    `merging` None: patches are not merged and the two merge stages are the patches themselves.
    `object_merged` is (B, padded, padded, 1) when merged. `diffraction_amplitude` is unscaled;
    `intensity` is `exp(2 log_scale) |F|^2` counts.
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
