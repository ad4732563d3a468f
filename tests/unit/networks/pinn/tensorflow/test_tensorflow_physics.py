"""Translation against the oracle's matrices, and the gradient of the likelihood against the analytic one."""

import numpy as np
import pytest
import tensorflow as tf

from harness.networks.pinn.rules import Rules
from harness.networks.pinn.tensorflow import loss
from harness.networks.pinn.tensorflow.model import PtychographyModel
from harness.networks.pinn.tensorflow.physics import translation
from harness.physics import likelihood
from harness.physics import translation as oracle
from harness.physics.merge import merging
from harness.physics.probe import model_probe


@pytest.mark.parametrize("sizes", [(76, 64), (64, 64), (40, 20), (41, 20), (40, 21), (20, 64)])
def test_matrices_are_the_oracles(sizes):
    shift = np.random.default_rng(0).uniform(-7, 7, size=(3, 4, 2))
    matrices = translation(*sizes, tf.constant(shift)).numpy()
    assert matrices.dtype == np.float64
    np.testing.assert_allclose(matrices, oracle.matrix(*sizes, shift), rtol=0, atol=1e-15)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("gridsize", [1, 2])
def test_poisson_gradient_by_the_patches(samples, gridsize, masked):
    scenario = samples.scenario(gridsize, masked=masked)
    setup, batch = samples.setup(scenario), samples.batch(scenario)
    generator, shape = np.random.default_rng(1), batch.amplitude.shape
    values = generator.uniform(0.5, 1.5, shape) * np.exp(1j * generator.normal(size=shape))
    patches = tf.constant(values.transpose(0, 3, 1, 2))
    counts = tf.constant(batch.amplitude.transpose(0, 3, 1, 2) ** 2)
    model, log_scale = PtychographyModel(setup, Rules()), np.log(setup.intensity_scale)
    model.diffraction.log_scale.assign(log_scale)
    relative = tf.constant(batch.relative[:, 0].transpose(0, 2, 1))
    with tf.GradientTape() as tape:
        tape.watch(patches)
        stages = model(tf.sqrt(counts), relative, known={"object_patches": patches})
        poisson = loss.poisson(stages, setup.nphotons, Rules())
    gradient = tape.gradient(poisson, patches).numpy().transpose(0, 2, 3, 1)
    merge = merging(scenario.dataset.N, setup.padded_size, gridsize, object_big=True, probe_big=False)
    probe = model_probe(setup.probe, masked)
    wanted = likelihood.poisson_gradient(
        values, batch.relative, probe, log_scale, merge, batch.amplitude**2, setup.nphotons
    )
    np.testing.assert_allclose(gradient, wanted, rtol=0, atol=1e-12 * np.abs(wanted).max())


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_gradients_are_finite_where_nothing_is(precision):
    dark = tf.zeros((1, 1, 8, 8), precision)
    with tf.GradientTape() as tape:
        tape.watch(dark)
        power, ones = tf.square(dark), tf.ones_like(dark)
        patches = tf.complex(dark, dark)
        stages = {"intensity": power, "measured": ones, "object_patches": patches}
        terms = (loss.poisson, loss.amplitude_mae, loss.total_variation)
        total = tf.add_n([term(stages, 10.0, Rules()) for term in terms])
    assert np.isfinite(total)
    assert np.isfinite(tape.gradient(total, dark)).all()
