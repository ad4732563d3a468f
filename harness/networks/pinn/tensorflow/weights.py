"""Conversion between canonical weights and Keras variables, whose kernels have the canonical layout already."""

import keras
import numpy as np

from harness.arrays import Weights
from harness.networks.pinn.tensorflow.model import PtychographyModel
from harness.networks.pinn.tensorflow.optimizer import Adam


def variables(model: PtychographyModel) -> dict[str, keras.Variable]:
    """Every weight of the model by canonical name, in the canonical order."""
    named = {f"{step.name}.{weight.name}": weight for step in model.network.steps for weight in step.weights}
    return named | {"log_scale": model.diffraction.log_scale}


def trainable(model: PtychographyModel) -> dict[str, keras.Variable]:
    """The weights that are trained, by canonical name."""
    return {name: variable for name, variable in variables(model).items() if variable.trainable}


def read(model: PtychographyModel) -> Weights:
    """Copy every weight out, float64."""
    return {name: variable.numpy().astype(np.float64) for name, variable in variables(model).items()}


def write(model: PtychographyModel, weights: Weights) -> None:
    """Assign every weight; names and shapes have been checked."""
    for name, variable in variables(model).items():
        variable.assign(weights[name])


def moments(model: PtychographyModel, optimizer: Adam) -> Weights:
    """Copy both moments of every trained weight, float64."""
    return {
        f"{name}.{moment}": value.numpy().astype(np.float64)
        for name, variable in trainable(model).items()
        for moment, value in optimizer.moments(variable).items()
    }


def restore(model: PtychographyModel, optimizer: Adam, values: Weights, step: int) -> None:
    """Give the optimiser the moments that it had after `step` steps, as `moments` returned them."""
    for name, variable in trainable(model).items():
        for moment, kept in optimizer.moments(variable).items():
            kept.assign(values[f"{name}.{moment}"])
    optimizer.iterations.assign(step)
