"""The small pair in PyTorch."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from harness.arrays import Array
from harness.networks.replayed import feed
from harness.ports.protocol import Setup
from harness.toolkits.torch.port import TorchPort


def build(setup: Setup) -> TorchPort:
    """The port; `setup.options` make it one with a bug: see `harness/faults/groups/real_pair.py`."""
    options = setup.options
    model = Replayed(setup.scenario.dataset.N, feed.modes(setup.probe, options.get("modes")), options)
    descent = torch.optim.SGD if options.get("decay") == "coupled" else SGD
    optimiser = descent(model.parameters(), lr=feed.RATE, momentum=feed.MOMENTUM, weight_decay=feed.DECAY)
    known = options["schedule"] == options.get("schedule_known_as", "staircase")
    schedule = torch.optim.lr_scheduler.StepLR(optimiser, feed.steps_to_fall(setup), feed.FALL) if known else None
    return TorchPort(
        model,
        loss=nn.MSELoss(),
        optimiser=optimiser,
        schedule=schedule,
        inputs=lambda batch: np.moveaxis(feed.pattern(batch), -1, 1),
        targets=lambda batch: np.moveaxis(feed.target(batch), -1, 1),
        ignored=[str(options["unmatched"])] if "unmatched" in options else [],
        seen=feed.seen(setup),
    )


class SGD(torch.optim.SGD):
    """Gradient descent as in Keras: its weights decay beside the momentum, and what has built up keeps its rate.

    Keras' velocity holds rate times gradient, so a step after the rate has fallen still goes on at the former rate for
    what it has; PyTorch's momentum holds the gradient alone, and all of the step is taken at the new rate.
    """

    def __init__(self, parameters: Any, **settings: Any) -> None:
        super().__init__(parameters, **settings)
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True
            group["last_lr"] = group["lr"]

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        """Decay, then take the step without it."""
        for group in self.param_groups:
            self._keep_rate(group)
        decays = [group["weight_decay"] for group in self.param_groups]
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
            group["weight_decay"] = 0.0
        found = super().step(closure)
        for group, decay in zip(self.param_groups, decays, strict=True):
            group["weight_decay"] = decay
        return found

    def _keep_rate(self, group: dict[str, Any]) -> None:
        """Scale what has built up, so that the next step, at the rate of now, takes it at the rate before."""
        if group["lr"] != group["last_lr"]:
            for parameter in group["params"]:
                if (built_up := self.state[parameter].get("momentum_buffer")) is not None:
                    built_up.mul_(group["last_lr"] / group["lr"])
            group["last_lr"] = group["lr"]


class Replayed(nn.Module):
    """(B, 1, size, size) to (B, 3, size, size): amplitude and phase of the object, and the amplitude of its pattern."""

    def __init__(self, size: int, modes: Array, options: Mapping[str, Any]) -> None:
        super().__init__()
        same = options.get("pooling") == "same"
        self.odd = nn.Conv2d(1, 8, 2)
        self.pool = nn.MaxPool2d(3, stride=2, padding=1 if same else 0)
        if options.get("mix", True):
            self.mix = Averaging(8, 8, 1) if options.get("mix_averages") else nn.Conv2d(8, 8, 1)
        self.up = Doubled(size - 2, options.get("centres", "half"))
        self.border = nn.ZeroPad2d(2)
        self.head = nn.Conv2d(8, 2, 3)
        self.support = Masked(feed.support(size)) if options.get("support", True) else nn.Identity()
        self.diffraction = Diffraction(modes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Down, up, and through the physics."""
        x = self.pool(torch.relu(self.odd(images)))
        x = torch.relu(self.mix(x)) if hasattr(self, "mix") else x
        found: torch.Tensor = self.diffraction(self.support(self.head(self.border(self.up(x)))))
        return found


class Averaging(nn.Conv2d):
    """A convolution that averages over its channels where it should sum."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """(B, in, n, n) to (B, out, n, n)."""
        return super().forward(images / images.shape[1])


class Doubled(nn.Upsample):
    """Bilinear upsampling to twice the pixels, of which the first `size` are kept; for `centres` see the Keras side."""

    def __init__(self, size: int, centres: str) -> None:
        super().__init__(scale_factor=2, mode="bilinear", align_corners=centres == "corners")
        self.kept, self.whole = size, centres == "whole"

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """(B, C, n, n) to (B, C, size, size)."""
        if not self.whole:
            return super().forward(images)[..., : self.kept, : self.kept]
        wider = functional.pad(images, (0, 1, 0, 1), mode="replicate")
        between = functional.interpolate(wider, 2 * images.shape[-1] + 1, mode="bilinear", align_corners=True)
        return between[..., : self.kept, : self.kept]


class Masked(nn.Module):
    """The object within its support."""

    def __init__(self, mask: Array) -> None:
        super().__init__()
        self.mask = mask[..., 0]

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """(B, 2, N, N) times (N, N)."""
        return images * torch.as_tensor(self.mask, dtype=images.dtype, device=images.device)


class Diffraction(nn.Module):
    """Amplitude and phase, and beside them the amplitude of the pattern, summed over incoherent modes."""

    def __init__(self, modes: Array) -> None:
        super().__init__()
        self.modes = modes

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """(B, 2, N, N) to (B, 3, N, N)."""
        wave = torch.polar(torch.ones_like(images[:, 1]), images[:, 1]) * images[:, 0]
        probe = torch.as_tensor(self.modes, dtype=wave.dtype, device=wave.device)
        patterns = torch.fft.fft2(wave[:, None] * probe, norm="ortho")
        intensity = (patterns.real.square() + patterns.imag.square()).sum(dim=1, keepdim=True)
        return torch.cat([images, (intensity + feed.LEAST).sqrt()], dim=1)
