"""A variable of TensorFlow that a layer uses and Keras does not know: it has a gradient, and no optimiser trains it."""

from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from harness.ports.protocol import Batch
from harness.toolkits.keras import device
from harness.toolkits.keras.port import KerasPort
from tests.unit.toolkits.conftest import setup


class Scaled(layers.Layer):
    """Divides by the exponential of a variable that is not Keras' own."""

    def __init__(self, variable: tf.Variable) -> None:
        super().__init__(name="scaled")
        self.variable = variable

    def call(self, images: Any) -> Any:
        return images / tf.exp(self.variable)


@pytest.fixture
def port() -> KerasPort:
    device.prepare(setup())
    variable = tf.Variable(0.5, dtype="float64", trainable=True)
    images = keras.Input((16, 16, 1))
    model = keras.Model(images, layers.Conv2D(1, 1, name="head")(Scaled(variable)(images)))
    port = KerasPort(
        model,
        loss=lambda target, output: (output - target) ** 2,
        optimiser=keras.optimizers.Adam(0.1),
        hidden={"log_scale": variable},
    )
    port.bind(setup())
    return port


def test_weights_of_a_training_that_diverged_are_taken_as_they_are(port: KerasPort, batch: Batch) -> None:
    port.set_weights({name: np.full(shape, np.nan) for name, shape in port.contract.shapes.items()})
    assert np.isnan(port.weights()["head.kernel"]).all()
    assert np.isnan(port.stages(batch)["head"]).all()


def test_it_takes_a_value_and_has_a_gradient(port: KerasPort, batch: Batch) -> None:
    start = {**{name: np.ones(shape) for name, shape in port.contract.shapes.items()}, "log_scale": np.array(0.25)}
    port.set_weights(start)
    assert port.weights()["log_scale"] == 0.25
    gradient = port.gradients(batch)["log_scale"]
    assert gradient is not None
    assert gradient.shape == ()
    assert gradient != 0


def test_training_leaves_it_where_it_was(port: KerasPort, batch: Batch) -> None:
    before = port.weights()
    port.train(SimpleNamespace(epochs=1, steps_per_epoch=1, batch=lambda _: batch), lambda report: None)
    after = port.weights()
    assert after["log_scale"] == before["log_scale"]
    assert not np.array_equal(after["head.kernel"], before["head.kernel"])
    assert not [name for name in port.optimiser_state() if name.startswith("log_scale")]
