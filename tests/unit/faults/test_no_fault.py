"""With no fault asked for, no fault code runs, and nothing stays behind of one that was."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from harness.errors import HarnessError
from harness.faults import catalogue, injection
from harness.networks import registry
from harness.networks.pinn.forward import ForwardPass
from harness.networks.pinn.rules import Rules
from harness.run.devices import CPU
from harness.run.interpreters import this_interpreter
from harness.run.keys import Runtime, _runtime_parts


def test_neither_the_worker_nor_its_legs_import_a_fault() -> None:
    code = (
        "import sys, harness.run.worker, harness.run.run_case\n"
        "from harness.run.legs import graft, infer, lockstep, repeat, replay, train, trajectory\n"
        "sys.exit(str([name for name in sys.modules if name.startswith('harness.faults')] or ''))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""


@pytest.mark.parametrize(("fault", "module"), [(None, "harness.run.worker"), ("scale.off", "harness.faults.worker")])
def test_a_side_is_run_by_the_faulty_worker_only_with_a_fault(fault: str | None, module: str) -> None:
    assert Runtime(this_interpreter(()), CPU, {}, fault).worker == module


def test_the_key_of_a_result_tells_the_fault_and_its_size() -> None:
    parts = [
        _runtime_parts(Runtime(this_interpreter(()), CPU, {}, fault)) for fault in (None, "scale.off", "scale.off=2.0")
    ]
    assert "fault" not in parts[0]
    assert parts[1]["fault"]["injected"] != parts[2]["fault"]["injected"]
    assert {**parts[1], "fault": None} == {**parts[0], "fault": None}


def test_what_was_replaced_is_put_back() -> None:
    before = registry.create
    with injection.injected(catalogue.named("geometry.merge-epsilon").port("toy")):
        assert registry.create is not before
    assert registry.create is before


def test_a_rule_is_changed_in_one_port_alone() -> None:
    port, other = (SimpleNamespace(rules=Rules(), forward=ForwardPass({}), loss_terms={}) for _ in range(2))
    injection.change_computation(port, catalogue.named("geometry.merge-epsilon").port("toy"))
    assert port.rules.merge_epsilon - other.rules.merge_epsilon == pytest.approx(1e-3)
    assert Rules().merge_epsilon == other.rules.merge_epsilon


def test_a_port_that_holds_nothing_open_cannot_be_changed_inside() -> None:
    with pytest.raises(HarnessError, match="SimpleNamespace has no rules, forward, loss_terms to change"):
        injection.require_changeable(SimpleNamespace())
