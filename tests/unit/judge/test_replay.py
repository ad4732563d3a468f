"""The first epochs of the real training, once more in float64."""

from types import SimpleNamespace

import numpy as np
import pytest

from harness.run.legs.replay import STEPS, WHOLE, ShortEpochs, replayed_epochs

KERNEL = "encoder__0__conv1__kernel"
WEIGHTS, HISTORY = "torch/replay/weights.npz", "torch/replay/history.json"


@pytest.mark.parametrize(("epochs", "steps", "replayed"), [(40, 4, 4), (40, 32, 2), (2, 4, 2), (1, 32, 1), (20, 13, 2)])
def test_as_few_epochs_as_show_a_second_one(epochs, steps, replayed):
    assert replayed_epochs(epochs, steps) == replayed


@pytest.mark.parametrize("steps", [1, 5, WHOLE, WHOLE + 1, 125])
def test_of_a_long_epoch_the_first_steps_and_the_last_are_replayed(steps, monkeypatch):
    data = SimpleNamespace(batches=range(3 * steps), rows=lambda step: step)
    monkeypatch.setattr("harness.ports.feed.batch_of", lambda _data, rows, *_: rows)
    batches = ShortEpochs(data, 3, 1.0)
    fed = [batches.batch(step) for step in range(3 * batches.steps_per_epoch)]
    kept = range(steps) if steps <= WHOLE else [*range(STEPS - 1), steps - 1]
    assert fed == [epoch * steps + place for epoch in range(3) for place in kept]


def test_sound_sides_agree(gs2):
    assert gs2.bad("trajectory") == gs2.bad("telemetry") == {}


@pytest.mark.parametrize("change", [lambda a: a * (1 + 1e-3), lambda a: a * np.nan, lambda a: a[..., :1]])
def test_another_weight_after_the_replay_is_red(gs2, change):
    gs2.change_arrays(WEIGHTS, **{KERNEL: change})
    found = gs2.bad("trajectory")
    if found:  # of another shape: rung spec tells it
        assert {name: check.status for name, check in found.items()} == {"float64.replay": "fail"}
        assert "encoder.0.conv1.kernel" in found["float64.replay"].message


def test_a_training_whose_losses_are_not_those_of_its_replay_is_red(gs2):
    """As one in bfloat16, where the replay is told to use float64."""
    gs2.change_json(HISTORY, lambda history: history["epochs"][0]["metrics"].update(loss=-8.05))
    assert {name: check.status for name, check in gs2.bad("telemetry").items()} == {"torch.replayed": "fail"}


def test_an_epoch_that_was_not_replayed_whole_is_not_held_against_the_training(gs2):
    gs2.change_json(HISTORY, lambda history: history["epochs"][0]["metrics"].update(loss=-8.05))
    gs2.change_json(HISTORY, lambda history: history["epochs"][0].update(step=1))
    assert "torch.replayed" not in gs2.bad("telemetry")


def test_a_scale_that_rounding_has_moved_by_the_end_of_the_epoch_is_not_held_against_it(gs2):
    gs2.change_json(HISTORY, lambda history: history["epochs"][0]["metrics"].update(intensity_scale=1.001))
    assert "torch.replayed" not in gs2.bad("telemetry")


def test_rounding_of_a_side_that_knows_float32_alone_is_not_judged(gs2):
    for side in ("tensorflow", "torch"):
        names = np.load(gs2.path / side / "replay" / "weights.npz").files
        narrow = {name.replace(".", "__"): lambda a: a.astype(np.float32).astype(float) for name in names}
        gs2.change_arrays(f"{side}/replay/weights.npz", **narrow)
    assert gs2.bad("trajectory")["float64.replay"].status == "inconclusive"


def test_a_side_that_left_no_replay_is_an_error(gs2):
    (gs2.path / WEIGHTS).unlink()
    assert gs2.bad("trajectory")["float64.replay"].status == "error"


@pytest.mark.parametrize(
    ("metrics", "told"),
    [
        ({"loss": 5.0}, "first apart in epoch 1, loss: "),
        (
            {"loss": 5.0, "learning_rate": 0.5},
            "first apart in epoch 1, learning rate: 0.001 of tensorflow and 0.5 of torch",
        ),
    ],
)
def test_the_first_epoch_that_differs_is_named(gs2, metrics, told):
    gs2.change_arrays(WEIGHTS, **{KERNEL: lambda a: a * 1.01})
    gs2.change_json(HISTORY, lambda history: history["epochs"][0]["metrics"].update(metrics))
    assert told in gs2.bad("trajectory")["float64.replay"].message
