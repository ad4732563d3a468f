"""The compiled step: traced once, with a gradient for every weight; several precisions in one process."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from harness.networks.pinn.rules import Rules
from harness.networks.pinn.tensorflow.optimizer import Adam
from harness.networks.pinn.tensorflow.port import TensorFlowPort
from harness.networks.pinn.tensorflow.training import compiled_step
from harness.ports.protocol import Batch


def step_of(backend, scenario):
    optimizer = Adam(scenario.optimiser, 10, scenario.training.precision, Rules())
    return compiled_step(backend._model, backend._losses, optimizer)


def test_the_step_is_traced_once_and_once_more_for_a_last_batch_with_fewer_samples(samples):
    scenario = samples.scenario(2)
    backend = TensorFlowPort(samples.setup(scenario, "float32"))
    batches = [samples.batch(scenario, groups=2, seed=seed) for seed in range(3)]
    step = step_of(backend, scenario)
    for batch in batches * 2:
        step(batch.amplitude, batch.relative)
    assert step.experimental_get_tracing_count() == 1
    for groups in (1, 2, 1):
        step(batch.amplitude[:groups], batch.relative[:groups])
    assert step.experimental_get_tracing_count() == 2


def test_stages_are_traced_once_for_all_sizes_of_batch(samples):
    scenario = samples.scenario(2)
    backend = TensorFlowPort(samples.setup(scenario))
    batch = samples.batch(scenario, groups=3)
    for groups in (1, 2, 3):
        backend.stages(Batch(batch.amplitude[:groups], batch.relative[:groups]))
    assert backend._compiled_stages.experimental_get_tracing_count() == 1


@pytest.mark.parametrize("trainable", [True, False])
def test_every_trainable_weight_gets_a_gradient(samples, trainable):
    scenario = samples.scenario(2, model={"scale_trainable": trainable})
    backend, batch = TensorFlowPort(samples.setup(scenario, "float32")), samples.batch(scenario)
    weights = backend._model.trainable_variables
    with tf.GradientTape() as tape:
        loss = backend._losses(tf.constant(batch.amplitude), tf.constant(batch.relative))["loss"]
    assert all(gradient is not None for gradient in tape.gradient(loss, weights))
    assert len(weights) == len(backend.weights()) - (not trainable)


def test_precisions_do_not_disturb_each_other(samples):
    scenario = samples.scenario(2)
    batch, floatx = samples.batch(scenario), keras.config.floatx()
    single, double = (TensorFlowPort(samples.setup(scenario, precision)) for precision in ("float32", "float64"))
    before = single.stages(batch)
    double.stages(batch)
    TensorFlowPort(samples.setup(scenario, "float64")).losses(batch)
    for name, stage in single.stages(batch).items():
        np.testing.assert_array_equal(stage, before[name], err_msg=name)
    assert keras.config.floatx() == floatx == "float32"
    assert {weight.dtype for weight in double._model.weights} == {"float64"}
