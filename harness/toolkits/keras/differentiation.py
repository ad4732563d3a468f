"""Gradients and compiled steps on each of Keras' backends."""

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from harness.arrays import Array

Values = dict[str, Any]


def gradients(evaluate: Callable[[], Values], variables: Sequence[keras.Variable]) -> tuple[Values, list[Any]]:
    """The terms of a loss, and the gradient of `loss` for each variable: None where it does not depend on it."""
    tensors = [_value(variable) for variable in variables]
    if keras.config.backend() == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            values = evaluate()
        return values, tape.gradient(values["loss"], tensors)
    import torch

    values = evaluate()
    return values, list(torch.autograd.grad(values["loss"], tensors, allow_unused=True))


def slopes(evaluate: Callable[[Sequence[Any]], Values], tensors: Sequence[Any]) -> list[Any]:
    """Gradient of `loss`, evaluated at tensors, for each of them: None where it does not depend on it."""
    if keras.config.backend() == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(tensors)
            loss = evaluate(tensors)["loss"]
        found: list[Any] = tape.gradient(loss, tensors)
        return found
    import torch

    leaves = [tensor.detach().requires_grad_() for tensor in tensors]
    loss = evaluate(leaves)["loss"]
    return list(torch.autograd.grad(loss, leaves, allow_unused=True)) if loss.requires_grad else [None for _ in leaves]


def mean(values: Any) -> Any:
    """The mean of a tensor in its own type: `keras.ops.mean` takes float64 through float32 on PyTorch."""
    if keras.config.backend() == "tensorflow":
        import tensorflow as tf

        return tf.reduce_mean(values)
    return values.mean()


def to_numpy(tensor: Any) -> Array:
    """A copy of the values of a variable or a tensor, on either backend."""
    value = _value(tensor)
    return np.array(value.detach().cpu().numpy() if hasattr(value, "detach") else value.numpy())


def without_gradients() -> contextlib.AbstractContextManager[Any]:
    """What is computed meanwhile is not differentiated."""
    if keras.config.backend() == "tensorflow":
        return contextlib.nullcontext()
    import torch

    return torch.no_grad()


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as training calls it: a graph on TensorFlow."""
    if keras.config.backend() == "tensorflow":
        import tensorflow as tf

        graph: Callable[..., Any] = tf.function(function, reduce_retracing=True)
        return graph
    return function


def _value(variable: Any) -> Any:
    """What a variable of Keras holds; the framework's own, which a user may hide from Keras, is a tensor itself."""
    return variable.value if isinstance(variable, keras.Variable) else variable
