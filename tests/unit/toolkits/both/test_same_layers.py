"""Each kind of layer in both frameworks: the same weights, the same output, the same gradients, the same attributes."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import torch
from keras import layers
from torch import nn

from harness.arrays import Array
from harness.ports.mapping import by_order, without_partner
from harness.ports.protocol import Batch
from harness.ports.renamed import RenamedPort
from harness.toolkits.keras import device
from harness.toolkits.keras.port import KerasPort
from harness.toolkits.layers import LAYERS_WITHOUT_STAGE
from harness.toolkits.port import ToolkitPort
from harness.toolkits.torch.port import TorchPort
from tests.unit.toolkits.conftest import SIZE, setup

EXACT = 1e-12
SAME_PADDING_OF_STRIDE_2 = nn.ZeroPad2d((0, 1, 0, 1))


def after(*keras_layers: Any) -> Callable[[], keras.Model]:
    """A Keras model of layers, one after the other."""
    return lambda: keras.Sequential([keras.Input((SIZE, SIZE, 1)), *(make() for make in keras_layers)])


PAIRS: dict[str, tuple[Callable[[], keras.Model], Callable[[], nn.Module]]] = {
    "convolution": (
        after(lambda: layers.Conv2D(4, 3, padding="same", activation="relu")),
        lambda: nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU()),
    ),
    "strided convolution": (
        after(lambda: layers.Conv2D(4, 3, strides=2, padding="same")),
        lambda: nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(1, 4, 3, stride=2)),
    ),
    "dilated convolution": (
        after(lambda: layers.Conv2D(4, 3, dilation_rate=2, padding="same", use_bias=False)),
        lambda: nn.Conv2d(1, 4, 3, dilation=2, padding=2, bias=False),
    ),
    "depthwise convolution": (
        after(lambda: layers.Conv2D(4, 1), lambda: layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2)),
        lambda: nn.Sequential(nn.Conv2d(1, 4, 1), nn.Conv2d(4, 8, 3, padding=1, groups=4)),
    ),
    "transposed convolution": (
        after(lambda: layers.Conv2DTranspose(3, 2, strides=2, activation="tanh")),
        lambda: nn.Sequential(nn.ConvTranspose2d(1, 3, 2, stride=2), nn.Tanh()),
    ),
    "batch normalisation": (
        after(lambda: layers.Conv2D(4, 1), lambda: layers.BatchNormalization(epsilon=2.0**-10)),
        lambda: nn.Sequential(nn.Conv2d(1, 4, 1), nn.BatchNorm2d(4, eps=2.0**-10, momentum=0.01)),
    ),
    "layer normalisation": (
        after(
            layers.Flatten,
            lambda: layers.Dense(12, activation="tanh"),
            lambda: layers.LayerNormalization(epsilon=2.0**-10),
        ),
        lambda: nn.Sequential(nn.Flatten(), nn.Linear(SIZE**2, 12), nn.Tanh(), nn.LayerNorm(12, eps=2.0**-10)),
    ),
    "group normalisation": (
        after(lambda: layers.Conv2D(8, 1), lambda: layers.GroupNormalization(4, epsilon=2.0**-10)),
        lambda: nn.Sequential(nn.Conv2d(1, 8, 1), nn.GroupNorm(4, 8, eps=2.0**-10)),
    ),
    "pooling": (
        after(lambda: layers.Conv2D(4, 1), lambda: layers.MaxPooling2D(2), lambda: layers.AveragePooling2D(2)),
        lambda: nn.Sequential(nn.Conv2d(1, 4, 1), nn.MaxPool2d(2), nn.AvgPool2d(2)),
    ),
    "nearest upsampling": (
        after(lambda: layers.Conv2D(4, 1), lambda: layers.UpSampling2D(2)),
        lambda: nn.Sequential(nn.Conv2d(1, 4, 1), nn.Upsample(scale_factor=2)),
    ),
    "dense behind a flattened image": (
        after(lambda: layers.Conv2D(4, 3), layers.Flatten, lambda: layers.Dense(5, activation="softsign")),
        lambda: nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(4 * 14 * 14, 5), nn.Softsign()),
    ),
    "slope of an activation": (
        after(lambda: layers.Conv2D(4, 1), lambda: layers.LeakyReLU(0.25)),
        lambda: nn.Sequential(nn.Conv2d(1, 4, 1), nn.LeakyReLU(0.25)),
    ),
    "one module without weights in two places": (
        after(
            lambda: layers.Conv2D(4, 1, activation="relu"),
            lambda: layers.MaxPooling2D(2),
            lambda: layers.Conv2D(3, 1, activation="relu"),
            lambda: layers.MaxPooling2D(2),
        ),
        lambda: (lambda pool, relu: nn.Sequential(nn.Conv2d(1, 4, 1), relu, pool, nn.Conv2d(4, 3, 1), relu, pool))(
            nn.MaxPool2d(2), nn.ReLU()
        ),
    ),
}


@pytest.fixture(scope="module", params=PAIRS)
def pair(request: pytest.FixtureRequest) -> tuple[ToolkitPort, RenamedPort]:
    """The two ports of one pair of models, in float64, on the same weights."""
    make_keras, make_torch = PAIRS[request.param]
    device.prepare(setup())
    torch.set_default_dtype(torch.float64)
    reference = KerasPort(make_keras(), loss=lambda target, output: output**2, optimiser=keras.optimizers.SGD(0.5))
    module = make_torch()
    candidate = TorchPort(
        module, loss=lambda output, target: (output**2).mean(), optimiser=torch.optim.SGD(module.parameters(), 0.5)
    )
    for port in (reference, candidate):
        port.bind(setup())
    mapping = by_order(reference.contract, candidate.contract)
    assert not any(without_partner(reference.contract, candidate.contract, mapping).values())
    renamed = RenamedPort(candidate, mapping)
    generator = np.random.default_rng(1)
    weights = {one.name: 0.1 * np.abs(generator.normal(size=one.shape)) + 0.05 for one in reference.contract.weights}
    for port in (reference, renamed):
        port.set_weights(weights)
    yield reference, renamed
    torch.set_default_dtype(torch.float32)


def error(one: Array, other: Array) -> float:
    """Largest difference over the largest value."""
    return float(np.abs(one - other).max() / np.abs(one).max())


def test_stages_agree(pair: tuple[ToolkitPort, RenamedPort], batch: Batch) -> None:
    reference, candidate = (port.stages(batch) for port in pair)
    assert reference.keys() == candidate.keys()
    assert max(error(reference[name], candidate[name]) for name in reference) < EXACT


def test_each_stage_alone_agrees(pair: tuple[ToolkitPort, RenamedPort], batch: Batch) -> None:
    reference, candidate = pair
    stages = reference.stages(batch)
    assert max(error(stages[name], candidate.stage(name, stages, batch)) for name in stages) < EXACT


def test_a_stage_alone_starts_from_what_is_given(pair: tuple[ToolkitPort, RenamedPort], batch: Batch) -> None:
    """The last stage of twice what came before it is not what it was: the hook did put it in the place."""
    reference, _ = pair
    stages = reference.stages(batch)
    *before, last = stages
    doubled = {name: 2 * stages[name] for name in before}
    if before:
        assert error(stages[last], reference.stage(last, doubled, batch)) > 1e-3


def test_gradients_agree(pair: tuple[ToolkitPort, RenamedPort], batch: Batch) -> None:
    reference, candidate = (port.gradients(batch) for port in pair)
    largest = max(np.abs(gradient).max() for gradient in reference.values())
    assert max(np.abs(reference[name] - candidate[name]).max() for name in reference) < EXACT * largest


def test_slopes_of_the_loss_agree_at_the_outputs_that_are_given(
    pair: tuple[ToolkitPort, RenamedPort], batch: Batch
) -> None:
    """Both losses are the mean square of the output, whatever the network would make of the batch."""
    given = {name: 3 * stage for name, stage in pair[0].stages(batch).items()}
    for port in pair:
        slope = port.slope(given, batch)
        assert slope.keys() == {"output"}
        assert error(2 * given["output"] / given["output"].size, slope["output"]) < EXACT


def test_attributes_agree(pair: tuple[ToolkitPort, RenamedPort]) -> None:
    reference, candidate = (port.contract.layers for port in pair)
    differing = [
        (name, key, value, candidate.get(name, {}).get(key))
        for name, attributes in reference.items()
        if attributes["kind"] not in LAYERS_WITHOUT_STAGE
        for key, value in attributes.items()
        if key != "running_variance" and candidate.get(name, {}).get(key) != value
    ]
    assert not differing


def test_what_is_ignored_is_stated_nowhere_but_as_ignored() -> None:
    module = nn.Conv2d(1, 1, 1)
    module.spare = nn.BatchNorm2d(1)
    optimiser = torch.optim.SGD(module.parameters(), 0.5)
    port = TorchPort(nn.Sequential(module), loss=nn.MSELoss(), optimiser=optimiser, ignored=["spare"])
    port.bind(setup())
    contract = port.contract
    assert [name for name in (*contract.shapes, *contract.layers) if "spare" in name] == []
    assert contract.options["ignored"] == "spare"
