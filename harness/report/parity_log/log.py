"""`parity_log.json`: one entry for each data set, sorted by dose; from the cases of a hub, or from NPZ files."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from harness import layout
from harness.dataset import npz
from harness.dataset.grouped import GroupedData
from harness.errors import HarnessError
from harness.files import plain
from harness.judge.evidence import Evidence
from harness.physics import scale
from harness.records.setup import DatasetSetup
from harness.records.summary import Summary
from harness.report.handover import inventory
from harness.report.parity_log import statistics
from harness.session import case_runner, hub

SCHEMA_VERSION = "1.0"
STAGES = ("raw", "normalised", "grouped")
_DOSE = re.compile(r"\d+(?:\.\d+)?[eE][+-]?\d+")
"""A dose in the name of a file, such as `1e4`."""
NO_SCENARIO = "no scenario: the file is not of a hub"


def of_folder(folder: Path, limit: int | None = None) -> dict[str, Any]:
    """The parity log of a hub, or of a folder of NPZ files; with `limit`, of only so many data sets, by rising dose.

    Raises HarnessError for a folder without data sets, and for a data set that breaks the NPZ contract.
    """
    is_hub = (folder / layout.SESSION).is_file()
    found = _of_hub(folder, hub.case_folders(folder)) if is_hub else _of_files(folder)
    return _log(folder, found, limit)


def of_cases(root: Path, folders: Iterable[Path]) -> dict[str, Any]:
    """The parity log of the given case folders of a hub; raises HarnessError as `of_folder` does."""
    return _log(root, _of_hub(root, folders), None)


def _log(folder: Path, datasets: Iterable[dict[str, Any]], limit: int | None) -> dict[str, Any]:
    found = sorted(datasets, key=lambda one: (one["nphotons"], one["name"]))
    if not found:
        raise HarnessError(f"{folder}: holds no data set; name a hub, or a folder of NPZ files (docs/data.md).")
    return plain({"schema_version": SCHEMA_VERSION, "source": folder.resolve().name, "datasets": found[:limit]})


def _of_hub(root: Path, folders: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for folder in folders:
        if case_runner.is_prepared(folder) and (folder / layout.DATASET / layout.DATA).is_file():
            yield _of_case(root, folder)


def _of_case(root: Path, folder: Path) -> dict[str, Any]:
    case, setup = hub.read_case(folder), DatasetSetup.read(folder / layout.DATASET / layout.SETUP)
    evidence = Evidence(folder, case.backends)
    train = GroupedData.load(folder / layout.DATASET / layout.TRAIN)
    return {
        **_of_file(root, folder / layout.DATASET / layout.DATA, folder.name),
        "nphotons": setup.nphotons,
        "grouped": statistics.grouped(train),
        "parameters": parameters(evidence),
        "baseline": _baseline(root, folder.name),
        "reason": None,
    }


def _of_files(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("*.npz")):
        of_file = _of_file(folder, path, path.stem)
        named = _DOSE.search(path.stem)
        dose = float(named[0]) if named else of_file["raw"]["counted_photons"]
        nothing = {"grouped": None, "parameters": None, "baseline": None, "reason": NO_SCENARIO}
        yield {**of_file, "nphotons": dose, **nothing}


def _of_file(folder: Path, path: Path, name: str) -> dict[str, Any]:
    """The part of an entry that needs no scenario: the file, and statistics of patterns and probe."""
    raw = npz.validated(npz.read_arrays(path, npz.KEYS), path.name)
    energies = scale.pattern_energies(raw.diffraction)
    factor = scale.normalisation(float(energies.mean()), raw.diffraction.shape[-1])
    return {
        "name": name,
        "file": inventory.entry(folder, path, timed=False),
        "raw": {**statistics.diffraction(raw.diffraction), "counted_photons": float(energies.mean())},
        "normalised": statistics.diffraction(factor * raw.diffraction.astype(np.float64)),
        "probe": statistics.probe(raw.probe),
    }


def parameters(evidence: Evidence) -> dict[str, Any]:
    """Options of a run from its scenario, and the scale factors of its data from `dataset/setup.json`."""
    scenario, setup = evidence.scenario, evidence.setup
    return {
        "gridsize": scenario.grouping.gridsize,
        "N": scenario.dataset.N,
        "probe_scale": scenario.dataset.probe.scale,
        "loss": {term.name: term.weight for term in evidence.contract.losses},
        "epochs": scenario.training.epochs,
        "batch_size": scenario.training.batch_size,
        "seed": scenario.training.seed,
        "intensity_scale": setup.intensity_scale,
        "intensity_scale_closed_form": setup.intensity_scale_closed_form,
        "normalisation": setup.normalisation,
    }


def _baseline(root: Path, case: str) -> dict[str, dict[str, object]]:
    """Loss, scale and metrics of each side of a case, from `summary.json` of the hub."""
    summary = Summary.read_if_whole(root / layout.SUMMARY)
    names = {"final_loss", "intensity_scale", "patches", "reconstruction"}
    return {
        backend: side.model_dump(include=names)
        for one in (summary.cases if summary else ())
        if one.id == case
        for backend, side in one.backends.items()
    }
