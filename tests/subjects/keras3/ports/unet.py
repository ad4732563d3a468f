"""A U-Net of two levels in Keras 3, written once."""

import keras
from keras import layers


def unet(size, upsampling="nearest", normalised=False):
    image = keras.Input((size, size, 1))
    fine = layers.Conv2D(4, 3, padding="same", activation="relu", name="fine")(image)
    x = layers.MaxPooling2D(2, name="pool")(fine)
    x = layers.Conv2D(8, 3, padding="same", name="coarse")(x)
    x = layers.BatchNormalization(name="norm")(x) if normalised else x
    x = layers.UpSampling2D(2, interpolation=upsampling, name="up")(layers.ReLU(name="relu")(x))
    x = layers.Concatenate(name="joined")([x, fine])
    x = layers.Conv2D(4, 3, padding="same", activation="relu", name="merge")(x)
    return keras.Model(image, layers.Conv2D(1, 1, name="head")(x))
