"""Trains one backend and predicts with it in a plain script, without jobs, store or artifacts.

`overhead.py` compares the harness with it.

python benchmarks/bare.py BACKEND DATASET_FOLDER SCENARIO_JSON
"""

import sys
from pathlib import Path

import numpy as np
from load import port_of

from harness.dataset.grouped import GroupedData
from harness.files import read_json
from harness.networks.pinn.sections import PinnScenario
from harness.ports.feed import FedBatches, batch_of
from harness.ports.protocol import Port


def main(name: str, dataset: Path, scenario_file: Path) -> None:
    scenario = PinnScenario.model_validate_json(scenario_file.read_text(encoding="utf-8"))
    port, scale = port_of(name, dataset, scenario_file), read_json(dataset / "setup.json")["intensity_scale"]
    train, test = (GroupedData.load(dataset / f"{half}.npz") for half in ("train", "test"))
    port.train(FedBatches(train, scenario.training.epochs, scale), lambda _: None)
    size = scenario.training.batch_size
    starts = range(0, len(test.groups), size)
    rows = [np.arange(first, min(first + size, len(test.groups))) for first in starts]
    patches = np.concatenate([port.predict(batch_of(test, chunk, scale)) for chunk in rows])
    place(port, patches, test, scenario)


def place(port: Port, patches: np.ndarray, test: GroupedData, scenario: PinnScenario) -> None:
    """Stitch the central parts of the patches on a canvas about the centre of mass of their positions."""
    n, side = scenario.dataset.N, scenario.inference.reassemble_m
    first = (n - side) // 2
    middles = np.moveaxis(patches, -1, 1).reshape(-1, n, n)[:, first : first + side, first : first + side]
    positions = np.stack([test.x[test.groups.ravel()], test.y[test.groups.ravel()]], axis=-1)
    positions = positions - positions.mean(axis=0)
    size = n + 2 * int(np.ceil(np.abs(positions).max()))
    port.stitch(middles, positions, np.ones((side, side)), size)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
