"""Keras' Adam, adjusted to compute the same as PyTorch's."""

# mypy: allow-subclassing-any

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from harness.arrays import Precision
from harness.networks.pinn.rules import Rules
from harness.networks.pinn.sections import OptimiserSpec


class Table(keras.optimizers.schedules.LearningRateSchedule):
    """Learning-rate schedule that looks up the value of each step in a table on the device."""

    def __init__(self, values: Sequence[float]) -> None:
        self.values = tf.constant(values, tf.float64)

    def __call__(self, step: Any) -> tf.Tensor:
        """Return the value of the step, counted from 0."""
        return tf.gather(self.values, step)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the schedule, as Keras requires of every schedule."""
        return {"values": self.values.numpy().tolist()}


class Adam(keras.optimizers.Adam):
    """Adam with PyTorch's epsilon, and with decay rates that are not rounded to float32.

    Keras adds epsilon to the root of the second moment before its bias is corrected, PyTorch after it:
    the epsilon of Keras has to shrink by the same correction at every step (`Rules.adam_epsilon_hat`).
    Decay rates given as Python floats would be rounded to float32 in the bias correction but not in the moments,
    which makes a step 7e-6 too long; so they are tensors of the working precision.
    """

    def __init__(self, optimiser: OptimiserSpec, steps: int, precision: Precision, rules: Rules) -> None:
        beta_1, beta_2 = tf.unstack(tf.constant(rules.adam_betas, precision))
        super().__init__(
            learning_rate=Table([rules.learning_rate(optimiser, step, steps) for step in range(steps)]),
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=keras.Variable(0.0, dtype=precision, trainable=False, name="epsilon_hat"),
        )
        self._epsilons = Table([rules.adam_epsilon_hat(step) for step in range(steps)])

    def apply(self, grads: Sequence[tf.Tensor], trainable_variables: Sequence[keras.Variable] | None = None) -> None:
        """Set the epsilon of this step, then update the weights."""
        self.epsilon.assign(self._epsilons(self.iterations))
        super().apply(grads, trainable_variables)

    def moments(self, variable: keras.Variable) -> dict[str, keras.Variable]:
        """Return both moments of a weight, by name, before the bias correction."""
        place = self._get_variable_index(variable)
        return {"first_moment": self._momentums[place], "second_moment": self._velocities[place]}
