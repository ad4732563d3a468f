"""Faults in single layers of a model that a toolkit's port holds: settings, padding, order, and what is kept."""

import numpy as np

from harness.arrays import Array
from harness.faults.catalogue import fault
from harness.faults.faulty_port import FaultyPort


@fault("layers.epsilon", rung="stages", network="pair", size=1e-3, unit="added to epsilon")
def epsilon(port: FaultyPort) -> None:
    """A batch normalisation adds another epsilon to the variance."""
    port.layer("epsilon")


@fault("layers.momentum", rung="step", network="pair", size=0.0625, unit="added to the share that is kept")
def momentum(port: FaultyPort) -> None:
    """The running statistics of a batch normalisation follow the batches more slowly."""
    port.layer("momentum")


@fault("layers.variance", rung="step", network="pair")
def variance(port: FaultyPort) -> None:
    """The running variance of a batch normalisation is the unbiased one where the biased one is meant."""
    port.layer("variance")


@fault("layers.padding-side", rung="stages", network="pair")
def padding_side(port: FaultyPort) -> None:
    """A strided convolution pads before the image where it should pad behind it."""
    port.layer("padding_side")


@fault("layers.flatten-order", rung="stages", network="pair")
def flatten_order(port: FaultyPort) -> None:
    """An image is flattened in the order of the other framework."""
    port.layer("flatten_order")


@fault("layers.bilinear", rung="stages", network="pair")
def bilinear(port: FaultyPort) -> None:
    """An upsampling interpolates where it should repeat the nearest pixel."""
    port.layer("bilinear")


@fault("layers.align-corners", rung="stages", network="pair")
def align_corners(port: FaultyPort) -> None:
    """An upsampling interpolates between aligned corners where it should repeat the nearest pixel."""
    port.layer("align_corners")


@fault("layers.output-padding", rung="stages", network="pair")
def output_padding(port: FaultyPort) -> None:
    """A transposed convolution cuts the pixel too many off before the image and not behind it."""
    port.layer("output_padding")


@fault("layers.dropout-on", rung="dataset", network="pair")
def dropout_on(port: FaultyPort) -> None:
    """Dropout acts where the model predicts."""
    port.layer("dropout")


@fault("layers.statistics-not-saved", rung="step", network="pair")
def statistics_not_saved(port: FaultyPort) -> None:
    """The running statistics are not among the weights that are saved: they are those of a new model."""
    fresh = {".mean": np.zeros_like, ".variance": np.ones_like}

    def saved(name: str, value: Array) -> Array:
        return next((make(value) for end, make in fresh.items() if name.endswith(end)), value)

    port.weights_out(lambda weights: {name: saved(name, value) for name, value in weights.items()})
