"""Dropout does not act where both sides must agree, whether a module drops or a function."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from harness.ports.protocol import Batch
from harness.toolkits.torch.port import TorchPort
from tests.unit.toolkits.conftest import setup


class Dropping(nn.Module):
    """A convolution behind which half of all values are dropped by a function."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(1, 1, 3, padding=1)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return functional.dropout(self.convolution(images), 0.5, self.training)


def port_of(model: nn.Module, **user: Any) -> TorchPort:
    torch.manual_seed(0)
    port = TorchPort(model, loss=nn.MSELoss(), optimiser=torch.optim.SGD(model.parameters(), 0.5), **user)
    port.bind(setup())
    return port


@pytest.mark.parametrize("model", [Dropping, lambda: nn.Sequential(nn.Conv2d(1, 1, 3, padding=1), nn.Dropout(0.5))])
def test_two_passes_are_alike(model: Any, batch: Batch) -> None:
    port = port_of(model())
    assert port.losses(batch) == port.losses(batch)
    first, again = port.gradients(batch), port.gradients(batch)
    assert all(np.array_equal(first[name], again[name]) for name in first)
