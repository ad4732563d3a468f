"""A side that reads other data is held against an oracle that does not."""

from pathlib import Path

import numpy as np
import pytest

from harness import layout
from harness.faults import worker
from harness.networks.pinn.sections import PinnScenario
from harness.run.job import Job, read_job, write_job

SCENARIO = PinnScenario.model_validate({"dataset": {"object": {"shape": [176, 176]}, "probe": {"kind": "zone_plate"}}})


@pytest.mark.parametrize(("leg", "reads_other_data"), [("lockstep", True), ("oracle", False)])
def test_the_oracle_keeps_the_data_of_the_case(tmp_path: Path, leg: str, reads_other_data: bool) -> None:
    dataset, path, read = tmp_path / "dataset", tmp_path / "job.json", []
    dataset.mkdir()
    np.save(dataset / layout.PROBE, np.eye(4))
    write_job(
        path,
        Job(
            case="gs2_custom",
            backend="torch",
            leg=leg,
            scenario=SCENARIO,
            dataset=dataset,
            output=tmp_path / "output",
            device="cpu",
            environment={},
            fault="data.other-probe",
        ),
    )

    def plain(job: Path, _finish: object) -> bool:
        read.append(np.load(read_job(job).dataset / layout.PROBE))
        return False

    assert not worker.run(plain, path)
    assert (not np.array_equal(read[0], np.eye(4))) == reads_other_data
