"""The U-Net of careamics, in PyTorch."""

from bare import UNet
from torch import nn, optim

from ptycho_parity import TorchPort


def build(setup):
    model, ignored = UNet(2, depth=2, num_channels_init=4, **setup.options), setup.options.get("ignored", ())
    return TorchPort(model, loss=nn.MSELoss(), optimiser=optim.SGD(model.parameters(), 0.125), ignored=ignored)
