"""The U-Net of csbdeep, in Keras."""

import keras
from csbdeep.internals.nets import custom_unet

from ptycho_parity import KerasPort


def build(setup):
    model = custom_unet((64, 64, 1), "linear", 2, 4, (3, 3), pool_size=(2, 2), **setup.options)
    return KerasPort(model, loss=keras.losses.MeanSquaredError(), optimiser=keras.optimizers.SGD(0.125))
