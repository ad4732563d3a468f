"""What is read of the files that PtychoPINN's commands leave; upstream itself is not needed."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

PAIR = Path(__file__).parents[3] / "pairs" / "ptychopinn"
POSITIONS = np.array([[10.0, 20.0], [30.0, 20.0], [30.0, 44.0]])
LOG = """epoch,learning_rate,poisson_train_loss_epoch,poisson_train_loss_step,step
0,,,9.0,0
0,,,7.0,1
0,,8.0,,1
0,0.001,,,1
1,,4.0,,3
1,0.0005,,,3
"""


@pytest.fixture
def reading() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reading", PAIR / "reading.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def drawn(folder: Path, at: np.ndarray) -> None:
    patches = np.arange(len(at))[:, None, None] * np.ones((1, 2, 2), complex)
    np.savez(
        folder / "drawn.npz", canvas=np.ones((4, 4), complex), patches=patches, at=at, positions=POSITIONS, scale=7
    )


def test_patches_come_in_the_order_of_the_patterns(reading: ModuleType, tmp_path: Path) -> None:
    drawn(tmp_path, POSITIONS[[2, 0, 1]])
    found = reading.tensorflow(tmp_path, "infer")
    assert found["patches"][:, 0, 0].tolist() == [1, 2, 0]
    np.testing.assert_allclose(found["canvas_centre"], POSITIONS.mean(0))
    assert found["scale_used"] == 7


@pytest.mark.parametrize("rows", [[0, 1], [0, 0, 1], [0, 0, 1, 1, 2, 2]])
def test_patches_that_are_not_one_of_each_pattern_are_left_out(rows, reading: ModuleType, tmp_path: Path) -> None:
    drawn(tmp_path, POSITIONS[rows])
    assert "patches" not in reading.pytorch(tmp_path, "infer")


def test_the_log_of_lightning_gives_a_value_an_epoch(reading: ModuleType, tmp_path: Path, monkeypatch) -> None:
    log = tmp_path / "lightning_logs" / "version_0" / "metrics.csv"
    log.parent.mkdir(parents=True)
    log.write_text(LOG)
    monkeypatch.setattr(reading, "scale", lambda _: 5.0)
    found = reading.pytorch(tmp_path, "train")
    assert found["history.loss"] == [8.0, 4.0]
    assert found["history.step"] == [2, 4]
    assert found["history.learning_rate"] == [1e-3, 5e-4]
