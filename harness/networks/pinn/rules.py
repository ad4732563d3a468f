"""Constants and functions that all ports of the network share, so that their results differ by rounding alone.

The network itself is written twice, once in each framework. Both ports compute the loss by these rules:

- every pixel's term is computed in the working precision, but all sums, means, divisions and the
  weighted total are done in float64 (`loss` and every term is a float64 scalar);
- `poisson`: I = exp(2 log_scale) * |F|^2; per pattern sum(I - I_obs * log(max(I, intensity_floor)));
  mean over the B*C patterns; divided by nphotons;
- `amplitude_mae`: mean over all pixels of |sqrt(max(I, intensity_floor)) - A_obs|, I as above, divided by
  sqrt(nphotons) / (N/2): the root is never differentiated at zero, and below the floor its gradient is zero;
- `total_variation`: for each axis the mean of sqrt(Re(d)^2 + Im(d)^2 + variation_smoothing) over the differences
  d of neighbouring pixels of the object patches, x and y added: the root is never differentiated at zero;
- `loss`: sum of weight * term over the terms of non-zero weight, which alone are computed.

Detector pixels that do not count (`Setup.mask`) are left out:

- the measured amplitude is 0 there before anything is computed from it, so that the network's input is, too;
- `poisson` sums over the pixels that count, `amplitude_mae` is the mean over them; the units stay as they are.

Gradients flow through log_scale wherever it is used, also in the division of the input.
Translation matrices are computed in float64 from the float64 offsets, then cast to the working precision.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from harness.networks.pinn.sections import OptimiserSpec

ADAM_BETAS = (0.9, 0.99)
"""Decay rates of Adam's moments; a short memory of the second moment suits trainings of about a thousand steps."""
ADAM_EPSILON = 1e-8
"""Adam's epsilon, added to the root of the bias-corrected second moment, as in Adam's paper and in PyTorch."""

Schedule = Callable[[OptimiserSpec, int, int], float]
"""Function of the section `optimiser`, a step (from 0) and the number of steps, that gives the step's learning rate."""


def learning_rate(optimiser: OptimiserSpec, step: int, steps: int) -> float:
    """Learning rate of a step, counted from 0, of a training of `steps` steps.

    Linear warm-up to `learning_rate` at step `warmup_steps`-1, then half a cosine down to
    `final_fraction` of it at the last step.
    """
    if step < optimiser.warmup_steps:
        return optimiser.learning_rate * (step + 1) / optimiser.warmup_steps
    progress = (step - optimiser.warmup_steps) / max(1, steps - 1 - optimiser.warmup_steps)
    falling = 0.5 * (1 + math.cos(math.pi * progress))
    return optimiser.learning_rate * (optimiser.final_fraction + (1 - optimiser.final_fraction) * falling)


@dataclass
class Rules:
    """Constants and functions that a port computes with; each port has its own copy, `rules`.

    A port reads them whenever it computes, so that a fault can be injected by changing one of them in one port.
    """

    autocorrelation_divisor: float = 4.0
    intensity_floor: float = 1e-12
    variation_smoothing: float = 1e-12
    merge_epsilon: float = 1e-3
    """Added to the summed weights of a merge before the division."""
    adam_betas: tuple[float, float] = ADAM_BETAS
    adam_epsilon: float = ADAM_EPSILON
    learning_rate: Schedule = learning_rate

    def adam_epsilon_hat(self, step: int) -> float:
        """Epsilon that makes Keras' Adam the same as PyTorch's at a step (from 0).

        Keras adds its epsilon to the root of the second moment before the bias correction ("epsilon hat" of
        Kingma and Ba, 2015, section 2), PyTorch after it: eps_hat = eps * sqrt(1 - beta2^t), t = step + 1.
        """
        return self.adam_epsilon * math.sqrt(1 - self.adam_betas[1] ** (step + 1))
