"""The descent of the small pair in PyTorch, held against the formula of Keras', whose velocity keeps its rate."""

import numpy as np
import pytest
import torch

from harness.networks.replayed.torch_side import SGD

MOMENTUM, DECAY = 0.5, 0.125
GRADIENTS = (1.0, -2.0, 0.5, 3.0)


def keras_steps(rates: tuple[float, ...]) -> list[float]:
    """The weight after each step: decay at the rate, then velocity = momentum * velocity - rate * gradient."""
    weight, velocity, found = 1.0, 0.0, []
    for rate, gradient in zip(rates, GRADIENTS, strict=True):
        weight *= 1 - rate * DECAY
        velocity = MOMENTUM * velocity - rate * gradient
        weight += velocity
        found.append(weight)
    return found


@pytest.mark.parametrize("rates", [(0.25,) * 4, (0.25, 0.25, 0.125, 0.125), (0.25, 0.5, 0.5, 0.0625)])
def test_a_rate_that_changes_changes_no_velocity(rates: tuple[float, ...]) -> None:
    weight = torch.nn.Parameter(torch.tensor(1.0, dtype=torch.float64))
    descent, found = SGD([weight], lr=rates[0], momentum=MOMENTUM, weight_decay=DECAY), []
    for rate, gradient in zip(rates, GRADIENTS, strict=True):
        descent.param_groups[0]["lr"] = rate
        weight.grad = torch.tensor(gradient, dtype=torch.float64)
        descent.step()
        found.append(weight.item())
    np.testing.assert_allclose(found, keras_steps(rates), rtol=1e-15)
