"""A fixed kernel of a pair: rung spec holds one side's values against the other's, and names what differs."""

from pathlib import Path

import numpy as np
import pytest

from harness import layout
from harness.files import write_json, write_npz
from harness.judge.evidence import Evidence
from harness.judge.rungs import spec
from harness.judge.tolerances import Limits
from harness.ports.contract import Contract, Weight

CONTRACT = Contract(
    network="stated",
    weights=(Weight(name="fourier.window", shape=(3,), kind="constant", trained=False),),
    stages=(),
    losses=(),
    optimiser_state=(),
    scale=None,
    region=16,
)


@pytest.mark.parametrize(("change", "status"), [(0.0, "pass"), (1e-7, "fail")])
def test_a_constant_that_differs_is_named(tmp_path: Path, change: float, status: str) -> None:
    for side, more in (("one", 0.0), ("other", change)):
        folder = tmp_path / side / layout.LOCKSTEP
        folder.mkdir(parents=True)
        CONTRACT.write(folder)
        write_npz(folder / layout.FIRST_WEIGHTS, **{"fourier.window": np.array([0.5, 1.0 + more, 0.5])})
    jobs = [
        {
            "backend": side,
            "leg": "lockstep",
            "status": "done",
            "cached": False,
            "seconds": 1.0,
            "key": None,
            "error": None,
        }
        for side in ("one", "other")
    ]
    write_json(tmp_path / layout.JOBS, jobs)
    found = {check.name: check for check in spec.judge(Evidence(tmp_path, ("one", "other")), Limits({}))}
    assert found["constants.fourier.window"].status == status, found
