"""The repro bundle, `red/repro/` of a case: a script, and the few inputs that it needs to show one difference."""

import shutil
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from harness import layout
from harness.dataset.grouped import NOTHING, GroupedData
from harness.files import write_json, write_npy
from harness.judge.evidence import Evidence
from harness.judge.localisation import Localisation
from harness.scenario.source import read

FOLDER = Path(layout.RED, layout.REPRO)
SCRIPT = Path(__file__).with_name("repro_script.py")
LARGEST = 5 * 2**20
"""Largest size of a bundle in bytes, so that it can be attached to a bug report."""
_SETUP_KEYS = ("padded_size", "nphotons", "intensity_scale", "object_amplitude")


def remove(folder: Path) -> None:
    """Delete the bundle of a case folder, if it has one."""
    shutil.rmtree(folder / FOLDER, ignore_errors=True)


def write(evidence: Evidence, found: Localisation) -> str:
    """Write the bundle of a case for the difference `found`; returns how to run it, or why there is none."""
    folder, place = evidence.case_dir / FOLDER, found.first
    remove(evidence.case_dir)
    if place.against == "oracle":
        return "No repro bundle: the difference is to the oracle, which needs nothing but this hub"
    folder.mkdir(parents=True)
    data = _first_batches(GroupedData.load(evidence.case_dir / layout.DATASET / layout.TRAIN), max(1, place.first_step))
    np.savez_compressed(
        folder / layout.REPRO_INPUTS, **{field.name: getattr(data, field.name) for field in fields(data)}
    )
    write_npy(folder / layout.PROBE, evidence.array(Path(layout.DATASET, layout.PROBE)))
    if evidence.mask is not None:
        write_npy(folder / layout.MASK, evidence.mask)
    write_json(folder / layout.CASE, _case(evidence, found))
    shutil.copyfile(SCRIPT, folder / "repro.py")
    size = sum(path.stat().st_size for path in folder.iterdir())
    if size > LARGEST:
        remove(evidence.case_dir)
        return f"No repro bundle: {place.first_step} steps need {size / 2**20:.1f} MB of patterns, more than 5 MB"
    return f"Alone, without pytest: `python {(FOLDER / 'repro.py').as_posix()}` ({size / 2**20:.1f} MB in all)"


def _first_batches(data: GroupedData, steps: int) -> GroupedData:
    """The groups and patterns that the first training steps use, renumbered from 0."""
    first = data.batches[:steps]
    rows = np.unique(first[first != NOTHING])
    batches = np.where(first == NOTHING, NOTHING, np.searchsorted(rows, first))
    patterns, groups = np.unique(data.groups[rows], return_inverse=True)
    return GroupedData(
        X=data.X[patterns],
        x=data.x[patterns],
        y=data.y[patterns],
        groups=groups.reshape(data.groups[rows].shape),
        offsets=data.offsets[rows],
        relative=data.relative[rows],
        batches=batches,
    )


def faults_of(evidence: Evidence) -> dict[str, str]:
    """The fault that was injected into each backend, by its name; without the backends that have none."""
    sides = evidence.metadata.backends
    return {backend: side.fault for backend, side in sides.items() if side.fault}


def _case(evidence: Evidence, found: Localisation) -> dict[str, Any]:
    return {
        "backends": evidence.backends,
        "faults": faults_of(evidence),
        "scenario": read(evidence.existing(Path(layout.SCENARIO))).value,
        "setup": evidence.setup.model_dump(include=set(_SETUP_KEYS)),
        "place": found.as_json(),
        "limit": found.first.check.limit if found.first.precision == "float64" else 0.0,
    }
