"""A port that trains by a loop of its own: what it reports, how many steps it took, and what it must not leave out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import torch

from harness.errors import HarnessError
from harness.ports.protocol import EpochReport
from harness.toolkits.keras import device
from harness.toolkits.keras.port import KerasPort
from harness.toolkits.torch.port import TorchPort
from tests.unit.toolkits.conftest import SIZE, setup

EPOCHS = 3


def keras_port(fit: Callable[..., Any] | None = None) -> KerasPort:
    device.prepare(setup("float32"))
    model = keras.Sequential([keras.Input((SIZE, SIZE, 1)), keras.layers.Conv2D(1, 1)])
    optimiser = keras.optimizers.SGD(0.01)
    model.compile(optimizer=optimiser, loss="mse")

    def loop(data: Path, folder: Path) -> Any:
        x = np.load(data)["x"]
        history = model.fit(x, x, batch_size=2, epochs=EPOCHS, verbose=0).history
        np.savez(folder / "model.npz", *model.get_weights())
        return history

    return KerasPort(model, loss=keras.losses.mean_squared_error, optimiser=optimiser, fit=fit or loop)


def torch_port(fit: Callable[..., Any] | None = None) -> TorchPort:
    model = torch.nn.Conv2d(1, 1, 1)
    optimiser = torch.optim.SGD(model.parameters(), 0.01)

    def loop(data: Path, folder: Path) -> Any:
        x = torch.from_numpy(np.moveaxis(np.load(data)["x"], -1, 1))
        losses = []
        for _ in range(EPOCHS):
            for first in range(0, len(x), 2):
                optimiser.zero_grad()
                loss = torch.nn.functional.mse_loss(model(x[first : first + 2]), x[first : first + 2])
                torch.autograd.backward(loss)
                optimiser.step()
            losses.append(float(loss.detach()))
        torch.save(model.state_dict(), folder / "model.pt")
        return {"loss": losses}

    return TorchPort(model, loss=torch.nn.functional.mse_loss, optimiser=optimiser, fit=fit or loop)


@pytest.fixture
def fitted(tmp_path: Path) -> Callable[..., tuple[list[EpochReport], bool]]:
    """Epochs that a port reports of its own loop, and whether the loop changed every weight."""
    np.savez(tmp_path / "data.npz", x=np.random.default_rng(0).random((4, SIZE, SIZE, 1)).astype("float32"))

    def fit(port: KerasPort | TorchPort) -> tuple[list[EpochReport], bool]:
        port.bind(setup("float32"))
        before, reports = port.weights(), list[EpochReport]()
        port.fit(tmp_path / "data.npz", tmp_path, reports.append)
        return reports, all(np.any(value != before[name]) for name, value in port.weights().items())

    return fit


@pytest.mark.parametrize(("make", "left"), [(keras_port, "model.npz"), (torch_port, "model.pt")])
def test_a_loop_of_its_own_is_reported_epoch_by_epoch(fitted, tmp_path: Path, make, left) -> None:
    reports, moved = fitted(make())
    assert [(report.epoch, report.step) for report in reports] == [(1, 2), (2, 4), (3, 6)]
    assert reports[-1].metrics["loss"] < reports[0].metrics["loss"]
    assert moved
    assert (tmp_path / left).is_file()


@pytest.mark.parametrize("make", [keras_port, torch_port])
def test_a_loop_with_another_optimiser_is_told(fitted, make) -> None:
    with pytest.raises(HarnessError, match="took no step of the optimiser that the port was given"):
        fitted(make(lambda *_: {"loss": [1.0]}))


@pytest.mark.parametrize("history", [{}, {"mse": [1.0]}, {"loss": []}, {"loss": [1.0, 0.5], "mse": [1.0]}])
def test_a_loop_that_returns_no_history_is_told(fitted, history) -> None:
    with pytest.raises(HarnessError, match="fit: a value an epoch of every metric is needed, loss among them; found"):
        fitted(torch_port(lambda *_: history))
