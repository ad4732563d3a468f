"""Trials are made in float64 alone: the worker of a trial asks its legs for nothing else."""

import subprocess
import sys

PROGRAM = """
from harness.faults import worker
worker.main({arguments})
from harness.run.legs import common
from harness.scenario.schema import Scenario
class Job:
    backend, scenario = "torch", Scenario(network="pinn")
print(common.precisions(Job()))
"""


def precisions(*arguments: str) -> str:
    program = PROGRAM.format(arguments=list(arguments))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_trial_computes_in_float64_alone() -> None:
    assert precisions("--float64") == "('float64',)"


def test_a_case_with_a_fault_computes_in_both() -> None:
    assert precisions() == "('float32', 'float64')"
