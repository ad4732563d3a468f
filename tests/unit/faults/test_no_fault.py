"""With no fault asked for, no fault code runs, and nothing stays behind of one that was."""

import subprocess
import sys

import pytest

from harness.backends import network, registry
from harness.faults import catalogue, seeding
from harness.run.devices import CPU
from harness.run.interpreters import own
from harness.run.keys import Surroundings, _surroundings_parts


def test_neither_the_worker_nor_its_legs_import_a_fault() -> None:
    code = (
        "import sys, harness.run.worker, harness.run.conduct\n"
        "from harness.run.legs import graft, infer, lockstep, train, trajectory\n"
        "sys.exit(str([name for name in sys.modules if name.startswith('harness.faults')] or ''))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""


@pytest.mark.parametrize(("fault", "module"), [(None, "harness.run.worker"), ("scale.off", "harness.faults.worker")])
def test_a_side_is_run_by_the_faulty_worker_only_with_a_fault(fault: str | None, module: str) -> None:
    assert Surroundings(own(()), CPU, {}, fault).worker == module


def test_the_key_of_a_result_tells_the_fault_and_its_size() -> None:
    parts = [
        _surroundings_parts(Surroundings(own(()), CPU, {}, fault)) for fault in (None, "scale.off", "scale.off=2.0")
    ]
    assert "fault" not in parts[0]
    assert parts[1]["fault"]["seeded"] != parts[2]["fault"]["seeded"]
    assert {**parts[1], "fault": None} == {**parts[0], "fault": None}


def test_what_was_replaced_is_put_back() -> None:
    before = (network.MERGE_EPSILON, registry.create)
    port = catalogue.named("geometry.merge-epsilon").port("toy")
    with seeding.seeded(port):
        assert network.MERGE_EPSILON - before[0] == pytest.approx(1e-3)
        assert registry.create is not before[1]
    assert (network.MERGE_EPSILON, registry.create) == before
