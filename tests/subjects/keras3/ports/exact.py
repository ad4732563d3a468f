"""The U-Net with betas as tensors and a loss that is summed, which Keras computes in float64 on both backends."""

import keras
from unet import unet

from ptycho_parity import KerasPort


def build(setup):
    model = unet(setup.scenario.dataset.N, **setup.options)
    betas = [keras.ops.convert_to_tensor(beta, setup.precision) for beta in (0.9, 0.999)]
    adam = keras.optimizers.Adam(1e-3, *betas)
    return KerasPort(model, loss=lambda wanted, got: keras.ops.sum((got - wanted) ** 2), optimiser=adam)
