"""Activation functions by the names that contracts give them, in NumPy; constants as in Keras and in PyTorch."""

from collections.abc import Callable

import numpy as np
from scipy.special import erf, expit, log_softmax, softmax

from harness.arrays import Array

Activation = Callable[[Array], Array]


def leaky_relu(slope: float) -> Activation:
    """`x` above 0, `slope * x` below."""
    return lambda x: np.where(x > 0, x, slope * x)


def elu(alpha: float) -> Activation:
    """`x` above 0, `alpha * (exp(x) - 1)` below."""
    return lambda x: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def gelu(x: Array) -> Array:
    """`x Phi(x)` with the distribution function of the normal distribution (Hendrycks and Gimpel, 2016)."""
    return 0.5 * x * (1 + erf(x / np.sqrt(2)))


def gelu_by_tanh(x: Array) -> Array:
    """The same paper's approximation of it."""
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


ACTIVATIONS: dict[str, Activation] = {
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": expit,
    "tanh": np.tanh,
    "softplus": lambda x: np.logaddexp(x, 0),
    "leaky_relu with 0.01": leaky_relu(0.01),
    "leaky_relu with 0.2": leaky_relu(0.2),
    "leaky_relu with 0.3": leaky_relu(0.3),
    "elu": elu(1.0),
    "selu": lambda x: 1.0507009873554805 * elu(1.6732632423543772)(x),
    "gelu": gelu,
    "gelu by tanh": gelu_by_tanh,
    "silu": lambda x: x * expit(x),
    "relu6": lambda x: np.clip(x, 0, 6),
    "softmax": lambda x: softmax(x, axis=-1),
    "log_softmax": lambda x: log_softmax(x, axis=-1),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "hard_swish": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "pi * tanh": lambda x: np.pi * np.tanh(x),
}
"""By name; the constants of a contract (`negative_slope`, `alpha`) make those that are not here."""
