"""A port is asked for one group in batches of several sizes, as training and inference ask it."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
import torch

from harness import layout
from harness.dataset.grouped import GroupedData
from harness.files import read_json
from harness.run.legs import batch_sizes
from harness.toolkits.keras import device
from harness.toolkits.keras.port import KerasPort
from harness.toolkits.torch.port import TorchPort
from tests.unit.toolkits.conftest import SIZE, setup


class LosesGroups(keras.layers.Layer):
    """Returns one group alone of a large batch, in a compiled graph only."""

    def call(self, x):
        import tensorflow as tf

        if tf.executing_eagerly():
            return x
        return x[: tf.where(tf.shape(x)[0] > 64, 1, tf.shape(x)[0])]


class MixesGroups(torch.nn.Module):
    """Takes the mean of the whole batch away."""

    def forward(self, x):
        return x - x.mean()


def patches(output):
    return np.moveaxis(output.reshape(len(output), SIZE, SIZE, 1), -1, -1) + 0j


def keras_port(*layers):
    device.prepare(setup("float32"))
    model = keras.Sequential([keras.Input((SIZE, SIZE, 1)), keras.layers.Conv2D(1, 1), *layers])
    return KerasPort(model, loss=keras.losses.mean_squared_error, optimiser=keras.optimizers.SGD(), patches=patches)


def torch_port(*modules):
    model = torch.nn.Sequential(torch.nn.Conv2d(1, 1, 1), *modules)
    optimiser = torch.optim.SGD(model.parameters(), 0.1)
    return TorchPort(model, loss=torch.nn.functional.mse_loss, optimiser=optimiser, patches=patches)


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """What a port returns for one group in a batch of 1, of 2 and of 65."""
    generator = np.random.default_rng(3)
    x = np.arange(4.0)
    relative, centres = np.zeros((4, 1, 2, 1)), np.zeros((4, 1, 2, 1))
    groups, batches = np.arange(4)[:, None], np.array([[0, 1], [2, 3]])
    GroupedData(
        (generator.random((4, SIZE, SIZE)) * np.arange(1, 5)[:, None, None]).astype("float32"),
        x,
        x,
        groups,
        centres,
        relative,
        batches,
    ).save(tmp_path / layout.TRAIN)
    monkeypatch.setattr(batch_sizes, "setup_of", lambda *_: setup("float32"))
    monkeypatch.setattr(batch_sizes, "truth_of", lambda _: None)

    def asked(port):
        port.bind(setup("float32"))
        job = SimpleNamespace(dataset=tmp_path, scenario=SimpleNamespace(training=SimpleNamespace(batch_size=2)))
        batch_sizes.write_batch_sizes(job, tmp_path, port)
        return read_json(tmp_path / layout.BATCH_SIZES)

    return asked


@pytest.mark.parametrize("port", [keras_port, torch_port])
def test_a_model_that_treats_each_group_by_itself_returns_the_same_in_every_batch(asked, port):
    found = asked(port())
    assert (found["sizes"], found["returned"], found["problems"]) == ([1, 2, 65], [1, 2, 65], ["", "", ""])
    assert max(found["differences"]) < 1e-6


def test_a_layer_that_loses_groups_in_the_compiled_graph_alone_is_seen(asked):
    assert asked(keras_port(LosesGroups()))["returned"] == [1, 2, 1]


def test_a_module_that_mixes_the_groups_of_a_batch_is_seen(asked):
    assert max(asked(torch_port(MixesGroups()))["differences"]) > 1e-3
