"""The oracle leg: stages and losses of the lock-step as the network's oracle computes them, from this side's stages.

Fills `oracle/`, for each precision of the lock-step: `stages_<precision>.npz`, computed in float64 and kept in the
precision of what is held against it, and `losses_<precision>.json`. The oracle shares no code with a port.
"""

from pathlib import Path

from harness import layout
from harness.arrays import PRECISIONS, Precision, in_precision
from harness.files import read_json, read_npz, write_json, write_npz
from harness.networks.network import Oracle, oracle_of
from harness.ports.protocol import Batch
from harness.run.job import Job
from harness.run.legs.common import setup_of, source_of, write_missing


def run(job: Job) -> None:
    """Fill `oracle/`; where the network has no oracle or the side left no stages, `missing.json` there says so."""
    folder, lockstep = job.output / layout.ORACLE, source_of(job)
    oracle = oracle_of(setup_of(job, "float64"))
    available = [precision for precision in PRECISIONS if (lockstep / layout.stages(precision)).is_file()]
    if oracle is None:
        write_missing(folder, {"oracle": f"the network {job.scenario.network!r} has no oracle"})
    elif not available:
        write_missing(folder, read_json(lockstep / layout.MISSING))
    else:
        for precision in available:
            _compute(oracle, job, lockstep, precision, folder)


def _compute(oracle: Oracle, job: Job, lockstep: Path, precision: Precision, folder: Path) -> None:
    setup, known = setup_of(job, "float64"), read_npz(lockstep / layout.stages(precision))
    batch, weights = Batch(**read_npz(lockstep / layout.BATCH)), read_npz(lockstep / layout.FIRST_WEIGHTS)
    stages = oracle.stages(setup, known, batch, weights)
    kept = {name: in_precision(stage, precision) for name, stage in stages.items()}
    write_npz(folder / layout.stages(precision), **kept)
    if losses := oracle.losses(setup, stages, batch):
        write_json(folder / layout.losses(precision), losses)
