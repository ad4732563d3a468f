"""The bundle holds what was trained, and inference computes with it: value by value."""

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from harness.arrays import fingerprints

KERNEL = "encoder.0.conv1.kernel"


def change_bundle(case, change):
    path = case.path / "torch" / "bundle" / "weights.safetensors"
    weights = load_file(path)
    path.unlink()
    save_file(change(weights), path)


@pytest.mark.parametrize(
    "change",
    [
        lambda weights: {**weights, KERNEL: weights[KERNEL].astype(np.float16).astype(np.float64)},
        lambda weights: {**weights, KERNEL: np.nextafter(weights[KERNEL], 1)},
        lambda weights: {**weights, KERNEL: weights[KERNEL].reshape(-1)},
        lambda weights: {name: value for name, value in weights.items() if name != KERNEL},
        lambda weights: {**weights, "another": weights[KERNEL]} | {KERNEL: weights[KERNEL] + 1},
    ],
)
def test_a_bundle_with_another_value_than_was_trained_is_red_by_name(gs2, change):
    change_bundle(gs2, change)
    found = gs2.bad("telemetry")
    assert set(found) == {"torch.bundle"}
    assert found["torch.bundle"].status == "fail"
    assert KERNEL in found["torch.bundle"].message
    assert set(gs2.bad("patches")) == {"torch.loaded"}


def test_weights_that_are_others_once_they_are_loaded_are_red(gs2):
    gs2.change_json("torch/inference_outputs/loaded.json", lambda loaded: loaded.update({KERNEL: "0"}))
    assert set(gs2.bad("patches")) == {"torch.loaded"}
    assert gs2.bad("telemetry") == {}


def test_a_digest_tells_shapes_values_and_numbers_that_are_none():
    arrays = [np.zeros(4), np.zeros((2, 2)), np.full(4, np.nan), np.zeros(4, complex), np.array([0, 0, 0, 1e-300])]
    assert len({fingerprints({"w": array})["w"] for array in arrays}) == len(arrays)
    assert fingerprints({"w": np.float32([0.1])}) == fingerprints({"w": np.float64(np.float32([0.1]))})
