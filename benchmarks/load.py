"""A case as the load of a benchmark: its dataset, a port with its initial weights, and batches that lie ready."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np

from harness.dataset.grouped import GroupedData
from harness.files import read_json
from harness.networks import registry
from harness.networks.pinn.sections import PinnScenario
from harness.networks.pinn.start import initial_weights
from harness.ports.feed import batch_of
from harness.ports.protocol import Batch, Port, Setup
from harness.run.run_case import run_case
from harness.run.run_options import RunOptions
from harness.scenario.case import Case
from harness.scenario.catalogue import load_cases

ROOT = Path(__file__).parents[1]
FEW_PATTERNS = {"dataset.scan.images": "200", "grouping.groups": "64", "training.epochs": "1"}
"""What makes the data of a large case small, where its network is what counts."""


class ReadyBatches:
    """Batches of a dataset as one epoch; they lie in memory, so that no step waits for them."""

    epochs = 1

    def __init__(self, dataset: Path, steps: int) -> None:
        data, scale = GroupedData.load(dataset / "train.npz"), read_json(dataset / "setup.json")["intensity_scale"]
        self.steps_per_epoch = steps
        self._ready = [batch_of(data, data.rows(step % len(data.batches)), scale) for step in range(steps)]

    def batch(self, step: int) -> Batch:
        return self._ready[step]


def case_of(name: str, profile: str, overrides: Mapping[str, str]) -> Case:
    """A case of this repository."""
    return {case.id: case for case in load_cases([ROOT / "scenarios"], profile, overrides)}[name]


def prepare(case: Case, backends: tuple[str, ...], folder: Path) -> tuple[Path, Path]:
    """Build the dataset of a case; returns its folder and the file of the scenario."""
    run_case(case, (), RunOptions(backends, {}, "cpu", folder / "store", timeout=None), folder, lambda _: None)
    scenario = folder / "scenario.json"
    scenario.write_text(case.scenario.model_dump_json(), encoding="utf-8")
    return folder / "dataset", scenario


def port_of(name: str, dataset: Path, scenario_file: Path, device: Literal["cpu", "gpu"] = "cpu") -> Port:
    """The port of a backend with the initial weights of a dataset."""
    scenario = PinnScenario.model_validate_json(scenario_file.read_text(encoding="utf-8"))
    facts = read_json(dataset / "setup.json")
    keys = ("padded_size", "nphotons", "intensity_scale", "object_amplitude")
    shared = {key: facts[key] for key in keys}
    probe = np.load(dataset / "probe.npy", allow_pickle=False)
    setup = Setup(scenario, probe, **shared, precision=scenario.training.precision, device=device)
    port = registry.create(name, setup)
    port.set_weights(initial_weights(scenario, facts["intensity_scale"]))
    return port
