"""One pixel-wise convolution, then the transform of tfkbnufft, which its users call in complex64."""

import keras
import tensorflow as tf
from frequencies import OMEGA
from tfkbnufft import kbnufft_forward
from tfkbnufft.kbnufft import KbNufftModule

from ptycho_parity import KerasPort


class Transform(keras.layers.Layer):
    forward = staticmethod(kbnufft_forward(KbNufftModule((64, 64))._extract_nufft_interpob()))

    def call(self, image):
        image = tf.cast(tf.transpose(image, (0, 3, 1, 2)), tf.complex64)
        return tf.transpose(self.forward(image, tf.repeat(OMEGA[None], tf.shape(image)[0], 0)), (0, 2, 1))


def build(setup):
    layers = [keras.Input((64, 64, 1)), keras.layers.Conv2D(1, 1, name="mix"), Transform(name="transform")]
    power = lambda target, output: tf.reduce_mean(tf.abs(output) ** 2)  # noqa: E731
    return KerasPort(keras.Sequential(layers), loss=power, optimiser=keras.optimizers.SGD(2.0**-20))
