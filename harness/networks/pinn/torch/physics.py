"""The forward model in PyTorch: translation, merge, extraction, illumination, diffraction.

Formulas: `docs/physics.md`. Tensors are (B, C, rows, columns); offsets (B, C, 2) pixels, [x, y].
A translation is a product with one matrix for each axis; real and imaginary parts are multiplied
separately, which costs half of complex products.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from harness.networks.pinn.contract import merges, predicted_size
from harness.networks.pinn.rules import Rules
from harness.networks.pinn.sections import of
from harness.ports.protocol import Setup
from harness.toolkits.torch.device import DTYPES


def translation_matrices(shift: Tensor, size_out: int, size_in: int) -> Tensor:
    """Matrices (..., size_out, size_in) float64 that move content by `shift` (...) float64 pixels.

    T[i, j] = max(0, 1 - |i - j - shift|), indices counted from the middle (index size/2) of either side.
    """
    rows = torch.arange(size_out, dtype=torch.float64, device=shift.device) - size_out // 2
    columns = torch.arange(size_in, dtype=torch.float64, device=shift.device) - size_in // 2
    distance = (rows[:, None] - columns) - shift[..., None, None]
    return (1 - distance.abs()).clamp_(min=0)


class ForwardModel(nn.Module):
    """The stages from predicted amplitude and phase to |F|^2."""

    probe: Tensor
    outside: Tensor
    """(N, N): 1 around the predicted centre."""

    def __init__(self, setup: Setup, rules: Rules) -> None:
        super().__init__()
        scenario = of(setup.scenario)
        self.rules = rules
        self.size = scenario.dataset.N
        self.predicted = predicted_size(scenario)
        self.padded = setup.padded_size
        self.merges = merges(scenario)
        self.margin = (self.size - self.predicted) // 2
        self.mean_border = scenario.model.border == "mean"
        self.dtype = DTYPES[setup.precision]
        probe = torch.from_numpy(setup.probe)
        if scenario.dataset.probe.mask:
            probe = probe * circular_mask(self.size)
        outside = functional.pad(torch.zeros(self.predicted, self.predicted), [self.margin] * 4, value=1)
        self.register_buffer("probe", probe.to(self.dtype.to_complex()), persistent=False)
        self.register_buffer("outside", outside.to(self.dtype), persistent=False)

    def patches(self, amplitude: Tensor, phase: Tensor) -> Tensor:
        """Complex patches (B, C, N, N): the predicted centre in a border of zeros or of its mean."""
        centre = torch.complex(amplitude * torch.cos(phase), amplitude * torch.sin(phase))
        if self.margin == 0:
            return centre
        patches = functional.pad(centre, [self.margin] * 4)
        if not self.mean_border:
            return patches
        return patches + self.outside * centre.mean(dim=(-2, -1), keepdim=True)

    def matrices(self, relative: Tensor) -> tuple[Tensor, Tensor]:
        """Matrices (B, C, padded, N), along y and along x, that move each patch by -relative pixels."""
        right, down = translation_matrices(-relative, self.padded, self.size).to(self.dtype).unbind(dim=2)
        return down, right

    def merge(self, patches: Tensor, down: Tensor, right: Tensor) -> Tensor:
        """Weighted mean (B, 1, padded, padded) of a group's patches.

        The weight is 1 on the predicted centre and 0 around it, so only the centre of each patch is merged.
        """
        inner = slice(self.margin, self.size - self.margin)
        centre, down, right = patches[..., inner, inner], down[..., inner], right[..., inner]
        weight = torch.einsum("bci,bcj->bij", down.sum(-1), right.sum(-1)) + self.rules.merge_epsilon
        real, imaginary = (_moved_sum(down, part, right) / weight for part in (centre.real, centre.imag))
        return torch.complex(real, imaginary).unsqueeze(1)


def circular_mask(size: int) -> Tensor:
    """Mask (N, N) float64: 1 within N/4 pixels of the half-pixel centre (N - 1)/2, else 0."""
    from_centre = torch.arange(size, dtype=torch.float64) - (size - 1) / 2
    return (torch.hypot(from_centre[:, None], from_centre) < size / 4).double()


def diffract(exit_wave: Tensor) -> Tensor:
    """|F|^2 (B, C, N, N), centred, of exit waves of that shape; before the intensity scale."""
    wave = torch.fft.fft2(exit_wave, norm="ortho")
    return torch.fft.fftshift(wave.real.square() + wave.imag.square(), dim=(-2, -1))


def extract(merged: Tensor, down: Tensor, right: Tensor) -> Tensor:
    """Cut patches (B, C, N, N) out of the merged objects by the transposed matrices of the translation."""
    real, imaginary = (down.mT @ (part @ right) for part in (merged.real, merged.imag))
    return torch.complex(real, imaginary)


def _moved_sum(down: Tensor, values: Tensor, right: Tensor) -> Tensor:
    """Sum over c of down[c] @ values[c] @ right[c].T: (B, padded, padded), as one matrix product."""
    moved = values @ right.mT
    return down.transpose(1, 2).flatten(2) @ moved.flatten(1, 2)
