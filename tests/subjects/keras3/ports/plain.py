"""The U-Net as one writes it first: the loss and the optimiser as Keras has them."""

import keras
from unet import unet

from ptycho_parity import KerasPort


def build(setup):
    model = unet(setup.scenario.dataset.N, **setup.options)
    return KerasPort(model, loss=keras.losses.MeanSquaredError(), optimiser=keras.optimizers.Adam(1e-3))
