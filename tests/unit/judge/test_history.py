"""Histories with a NaN at a known place."""

import json

import pytest

from harness.files import plain
from harness.judge.telemetry import history_summary


@pytest.fixture
def history(gs2):
    """Writes a history of one metric more, whose values are given by epoch, as JSON holds them."""

    def write(*values: str) -> object:
        text = ",".join(
            f'{{"epoch": {number}, "step": {4 * number + 4}, "metrics": {{"loss": {value}, "poisson": -1.0}}}}'
            for number, value in enumerate(values)
        )
        (gs2.path / "torch" / "train_outputs" / "history.json").write_text(f'{{"epochs": [{text}]}}')
        return plain(history_summary(gs2.evidence, "torch"))

    return write


@pytest.mark.parametrize("broken", ["null", "NaN", "Infinity", "-Infinity"])
def test_a_metric_that_breaks_in_the_third_epoch(history, broken):
    found = history("-8.5", "-9.0", broken, "-9.5", broken)
    assert found["first_nonfinite"] == {"metric": "loss", "epoch": 2}
    assert found["metrics"]["loss"] == {"first_nonfinite": 2, "nonfinite_epochs": 2, "min": -9.5, "max": -8.5,
                                        "last": None}  # fmt: skip
    assert found["metrics"]["poisson"] == {"first_nonfinite": None, "nonfinite_epochs": 0, "min": -1.0, "max": -1.0,
                                           "last": -1.0}  # fmt: skip
    assert (found["epochs"], found["steps"]) == (5, 20)
    json.dumps(found, allow_nan=False)


def test_a_training_that_never_had_a_value(history):
    found = history("null", "null")["metrics"]["loss"]
    assert found == {"first_nonfinite": 0, "nonfinite_epochs": 2, "min": None, "max": None, "last": None}


def test_a_training_that_recovers_still_broke(history):
    found = history("-8.5", "null", "-9.0")
    assert found["first_nonfinite"] == {"metric": "loss", "epoch": 1}
    assert found["metrics"]["loss"]["last"] == -9.0


def test_a_metric_that_began_late_is_judged_from_there(history, gs2):
    history("-8.5", "-9.0")
    name = "torch/train_outputs/history.json"
    gs2.change_json(name, lambda record: record["epochs"][1]["metrics"].update(extra=2.0))
    found = plain(history_summary(gs2.evidence, "torch"))["metrics"]
    assert found["extra"] == {"first_nonfinite": None, "nonfinite_epochs": 0, "min": 2.0, "max": 2.0, "last": 2.0}


def test_a_history_without_an_epoch(history):
    assert history() == {"epochs": 0, "steps": 0, "first_nonfinite": None, "metrics": {}}
