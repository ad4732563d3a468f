"""Training: it fits, it repeats itself, it reports, and it moves what it should."""

import itertools

import numpy as np
import pytest

from harness.errors import HarnessError
from harness.networks.pinn.rules import ADAM_BETAS, learning_rate
from harness.networks.pinn.sections import LossSpec, OptimiserSpec

EPOCHS, STEPS = 2, 3


class Batches:
    """A few batches, over and over."""

    def __init__(self, batches, epochs=EPOCHS):
        self.epochs, self.steps_per_epoch = epochs, len(batches)
        self._batches = batches

    def batch(self, step):
        return self._batches[step % len(self._batches)]


@pytest.fixture
def trained(create, samples):
    def train(epochs=EPOCHS, precision="float32", gridsize=1, batches=STEPS, **sections):
        scenario = samples.scenario(gridsize, **sections)
        backend, reports = create(samples.setup(scenario, precision)), []
        before = backend.weights()
        source = Batches([samples.batch(scenario, seed=seed) for seed in range(batches)], epochs)
        backend.train(source, reports.append)
        return before, backend.weights(), reports

    return train


@pytest.mark.parametrize("gridsize", [1, 2])
def test_loss_falls(trained, gridsize):
    *_, reports = trained(12, gridsize=gridsize, optimiser={"warmup_steps": 0})
    assert reports[-1].metrics["loss"] < reports[0].metrics["loss"] - 0.01


@pytest.mark.parametrize("gridsize", [1, 2])
def test_same_seed_same_bits(trained, gridsize):
    _, first, reports = trained(gridsize=gridsize)
    _, second, again = trained(gridsize=gridsize)
    assert reports == again
    for name, value in first.items():
        assert value.tobytes() == second[name].tobytes(), name


@pytest.mark.parametrize("trainable", [True, False])
def test_every_weight_moves_and_a_fixed_scale_stays(trained, trainable):
    before, after, _ = trained(model={"scale_trainable": trainable})
    still = [name for name in before if np.array_equal(before[name], after[name])]
    assert still == ([] if trainable else ["log_scale"])


def test_reports(trained):
    loss = {"poisson": 1.0, "amplitude_mae": 0.5, "total_variation": 0.1}
    _, after, reports = trained(loss=loss)
    assert [(report.epoch, report.step) for report in reports] == [(0, STEPS), (1, 2 * STEPS)]
    for report in reports:
        metrics = report.metrics
        assert set(metrics) == {"loss", *loss, "intensity_scale", "learning_rate"}
        assert all(type(value) is float for value in metrics.values())
        assert metrics["loss"] == pytest.approx(sum(weight * metrics[name] for name, weight in loss.items()))
    assert metrics["intensity_scale"] == pytest.approx(np.exp(after["log_scale"]), rel=1e-6)
    last = learning_rate(OptimiserSpec(), 2 * STEPS - 1, 2 * STEPS)
    assert metrics["learning_rate"] == pytest.approx(last, rel=1e-6)


def test_an_epoch_reports_the_mean_of_what_its_steps_saw(trained, create, samples):
    *_, reports = trained(1, "float64", batches=2, optimiser={"learning_rate": 1e-14})
    scenario = samples.scenario()
    backend = create(samples.setup(scenario))
    first, second = (backend.losses(samples.batch(scenario, seed=seed)) for seed in (0, 1))
    assert first != second
    mean = {name: (first[name] + second[name]) / 2 for name in first}
    assert {name: reports[0].metrics[name] for name in mean} == pytest.approx(mean, rel=1e-10)


def test_first_step_is_adams(trained):
    """Bias correction makes Adam's first step lr * g / (|g| + eps): lr itself, but for the smallest gradients."""
    before, after, _ = trained(1, "float64", batches=1, optimiser={"warmup_steps": 0, "learning_rate": 1e-3})
    steps = np.concatenate([np.abs(after[name] - before[name]).ravel() for name in before])
    assert steps.max() <= 1e-3
    assert np.median(steps) == pytest.approx(1e-3, rel=1e-3)


def test_state_after_one_step_is_adams(create, samples):
    """From zero moments: (1 - beta) times the gradient, and times its square."""
    scenario = samples.scenario(2, optimiser={"warmup_steps": 0})
    backend, batch = create(samples.setup(scenario)), samples.batch(scenario)
    gradients, seen = backend.gradients(batch), []
    backend.train(Batches([batch], epochs=2), lambda report: seen.append(backend.optimiser_state()))
    assert len(seen) == 2
    assert set(seen[0]) == {f"{name}.{moment}" for name in gradients for moment in ("first_moment", "second_moment")}
    for name, gradient in gradients.items():
        largest = np.abs(gradient).max()
        first, second = seen[0][f"{name}.first_moment"], seen[0][f"{name}.second_moment"]
        np.testing.assert_allclose(first, (1 - ADAM_BETAS[0]) * gradient, rtol=0, atol=1e-10 * largest)
        np.testing.assert_allclose(second, (1 - ADAM_BETAS[1]) * gradient**2, rtol=0, atol=1e-10 * largest**2)
        assert np.any(seen[1][f"{name}.first_moment"] != first)


@pytest.mark.parametrize("gridsize", [1, 2])
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_a_fresh_port_goes_on_bit_for_bit(create, samples, gridsize, precision):
    """Through weights and moments in float64, as a file holds them; the rate of each step is that of the whole."""
    scenario = samples.scenario(gridsize, optimiser={"warmup_steps": 3})
    source = Batches([samples.batch(scenario, seed=seed) for seed in range(4)], epochs=2)
    source.steps_per_epoch = 2
    whole, interrupted, saved = create(samples.setup(scenario, precision)), [], {}
    whole.train(source, lambda report: saved.setdefault(report.step, (whole.weights(), whole.optimiser_state())))
    again = create(samples.setup(scenario, precision))
    again.set_weights(saved[2][0])
    again.resume(saved[2][1], 2, source, interrupted.append)
    assert [(report.epoch, report.step) for report in interrupted] == [(1, 4)]
    for found, expected in ((again.weights(), saved[4][0]), (again.optimiser_state(), saved[4][1])):
        for name, value in expected.items():
            assert value.tobytes() == found[name].tobytes(), name


def test_no_state_before_a_training(create, samples):
    with pytest.raises(HarnessError, match="train first"):
        create(samples.setup(samples.scenario())).optimiser_state()


def test_weights_may_be_asked_for_while_it_trains(create, samples):
    scenario = samples.scenario(optimiser={"warmup_steps": 0})
    backend, seen = create(samples.setup(scenario)), [None]
    seen[0] = backend.weights()
    backend.train(Batches([samples.batch(scenario)], epochs=3), lambda _: seen.append(backend.weights()))
    for before, after in itertools.pairwise(seen):
        assert np.any(before["phase.head.kernel"] != after["phase.head.kernel"])
    np.testing.assert_array_equal(seen[-1]["phase.head.kernel"], backend.weights()["phase.head.kernel"])


def test_every_term_of_the_loss_is_known_and_an_unknown_one_is_an_error(create, samples):
    scenario = samples.scenario(loss=dict.fromkeys(LossSpec.model_fields, 1.0))
    backend, batch = create(samples.setup(scenario)), samples.batch(scenario)
    assert set(backend.losses(batch)) == {"loss", *LossSpec.model_fields}
    other = create(samples.setup(scenario))
    del other.loss_terms["total_variation"]
    with pytest.raises(KeyError, match="total_variation"):
        other.losses(batch)
