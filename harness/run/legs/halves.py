"""The patterns for training, and those for testing, as NPZ files of the data contract: for sides that load a file."""

import atexit
import shutil
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Literal

from harness import layout
from harness.arrays import Array
from harness.dataset import npz
from harness.dataset.halves import split
from harness.dataset.npz import RawData
from harness.run.job import Job

Half = Literal["train", "test"]


def half(job: Job, which: Half) -> Path:
    """Path of the NPZ of one half of the patterns of a job's case, in the order of `train.npz` or `test.npz`."""
    return _folder(job) / f"{which}.npz"


def _folder(job: Job) -> Path:
    if job.dataset not in _made():
        folder = Path(tempfile.mkdtemp(prefix="patterns-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        raw = npz.validated(npz.read_arrays(job.dataset / layout.DATA, npz.KEYS), layout.DATA)
        for which, rows in zip(("train", "test"), split(job.scenario, raw), strict=True):
            npz.save(_part(raw, rows, which), folder / f"{which}.npz")
        _made()[job.dataset] = folder
    return _made()[job.dataset]


def _part(raw: RawData, rows: Array, which: str) -> RawData:
    """Some patterns; those for testing without the object that they are of."""
    return replace(
        raw,
        diffraction=raw.diffraction[rows],
        x=raw.x[rows],
        y=raw.y[rows],
        scan_index=raw.scan_index[rows],
        object=None if which == "test" else raw.object,
    )


@cache
def _made() -> dict[Path, Path]:
    """Folder of the halves by the dataset that they come from: every port of a process asks for them."""
    return {}
