"""Factories of a pair in PyTorch, each with a model of ten weights, and most with something wrong."""

import itertools
import os
import sys
import time

import numpy as np
import torch
from torch import nn

from harness.ports.protocol import CAPABILITIES
from ptycho_parity import TorchPort

CALLS = itertools.count(1)


class Net(nn.Conv2d):
    """One convolution, and what `also` makes of its output."""

    def __init__(self, also=lambda x: x, before=lambda x: x):
        super().__init__(1, 1, 3, padding=1)
        self.also, self.before = also, before

    def forward(self, x):
        return self.also(super().forward(self.before(x)))


def port(model, trained=None, **more):
    optimiser = torch.optim.SGD(trained or model.parameters(), lr=0.125)
    return TorchPort(nn.Sequential(model), **{"loss": nn.MSELoss(), "optimiser": optimiser, **more})


def sound(setup):
    return port(Net(), patches=lambda output: np.moveaxis(output, 1, -1).astype(complex))


def prints(setup):
    print("\0no line\r", end="")
    sys.stdout.buffer.write(b"\xff\xfe")
    print('{"check": "builds"}', file=sys.stderr)
    return sound(setup)


def raises(setup):
    raise ValueError("no such\noption: width")


def exits(setup):
    sys.exit(3)


def forks(setup):
    os.fork()
    return sound(setup)


def forks_and_waits(setup):
    if os.fork() == 0:
        time.sleep(600)
    return sound(setup)


def returns_nothing(setup):
    sound(setup)


def returns_the_model(setup):
    return Net()


def needs_a_package(setup):
    import a_package_that_nobody_has  # noqa: F401


def goes_elsewhere(setup):
    os.chdir("/")
    return sound(setup)


def computes_nowhere(setup):
    return port(Net().to("meta"))


def draws_what_no_weight_holds(setup):
    factor = float(np.random.default_rng().random())
    return port(Net(also=lambda x: factor * x))


def draws_in_training(setup):
    return port(Net(), loss=lambda output, target: (output - target + torch.rand(1)).square().mean())


def counts_its_calls(setup):
    return port(Net(also=lambda x: x * next(CALLS)))


def changes_its_input(setup):
    return port(Net(), inputs=lambda batch: np.moveaxis(np.multiply(batch.amplitude, 2, out=batch.amplitude), -1, 1))


def changes_its_tensors(setup):
    """Sound: a model may do with its tensors what it likes."""
    return port(Net(before=lambda x: x.mul_(2)), inputs=lambda batch: np.moveaxis(batch.amplitude, -1, 1))


def own_that_changes_its_batch(setup):
    """A port by itself, so that nobody keeps the batch's arrays from it; and one that cannot train."""
    from stated_backend import StatedToy

    class Changing(StatedToy):
        def losses(self, batch):
            np.multiply(batch.amplitude, 2, out=batch.amplitude)
            return super().losses(batch)

    return Changing(setup, CAPABILITIES - {"train"})


def loses_digits(setup):
    return port(Net(also=lambda x: x.float().to(x.dtype)))


def breaks_in_double(setup):
    return port(Net(before=lambda x: x.float()))


def trains_half(setup):
    model = Net()
    return port(model, trained=[model.bias])


def has_no_gradient(setup):
    model = Net()
    model.unused = nn.Linear(1, 1)
    return port(model)


def exits_in_training(setup):
    return port(Net(), loss=lambda output, target: sys.exit("enough") if output.requires_grad else output.mean())
