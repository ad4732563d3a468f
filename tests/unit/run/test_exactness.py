"""Both backends in lock-step, for real: however the network is built, they agree to within rounding."""

import sys
import threading
from functools import partial
from pathlib import Path

import pytest

from harness.files import read_json, write_text
from harness.judge.evidence import Evidence
from harness.judge.ladder import judge_rung
from harness.judge.tolerances import limits_of
from harness.run import devices, interpreters, parallel, plan, side
from harness.run.inputs import DatasetBuilder
from harness.run.keys import Runtime
from harness.run.run_case import run_case
from harness.run.run_options import RunOptions
from harness.run.store import Store
from harness.scenario.catalogue import load_cases

SCENARIOS = Path(__file__).parents[3] / "scenarios"
BACKENDS = ("tensorflow", "torch")
LEGS = ("lockstep", "oracle", "trajectory", "replay", "graft", "repeat")
RUNGS = ("physics", "loss", "gradient", "step", "trajectory")
MAE = "loss: {poisson: 0.0, amplitude_mae: 1.0}"
SHORT = "lockstep: {steps: 3, draws: 2}"
VARIANTS = {
    "gs1_mae_fixed_scale": ("gs1_ideal", f"model: {{scale_trainable: false}}\n{MAE}"),
    "gs1_plain_variation": ("gs1_custom", "model: {features: plain}\nloss: {total_variation: 0.1}"),
    "gs2_channels": ("gs2_ideal", "model: {encoder_input: channels}"),
    "gs2_channels_mae_fixed_scale": (
        "gs2_custom",
        f"model: {{encoder_input: channels, scale_trainable: false}}\n{MAE}",
    ),
    "gs2_not_merged_mean_border": ("gs2_ideal", "model: {object_big: false, border: mean}"),
}
"""Beside the shipped scenarios, which the parity suite itself walks through."""


@pytest.mark.slow
def test_every_way_to_build_the_network(tmp_path):
    for name, (scenario, text) in VARIANTS.items():
        write_text(tmp_path / "scenarios" / f"{name}.yaml", f"extends: {scenario}\n{text}\n{SHORT}\n")
    cases = [case for case in load_cases([SCENARIOS, tmp_path / "scenarios"], "smoke", {}) if case.id in VARIANTS]
    options = RunOptions(BACKENDS, {}, "cpu", tmp_path / "store", None)
    fill(cases, options, tmp_path / "log.txt")
    assert {case.id: bad(case, options, tmp_path / case.id) for case in cases} == {name: [] for name in VARIANTS}


def fill(cases, options, log):
    """Put the legs of all cases into the store from one process a backend: importing a framework takes seconds."""
    context = side.Context("every variant", Store(options.store), 600.0, threading.Event(), lambda _: None)
    variables = side.variables(devices.CPU)
    sides = {
        backend: Runtime(interpreters.inspect(backend, Path(sys.executable)), devices.CPU, variables)
        for backend in BACKENDS
    }
    folders = [(case.scenario, DatasetBuilder(case, context, (), log).dataset().folder) for case in cases]
    planned = [job for scenario, folder in folders for job in plan.plan(scenario, folder, LEGS, sides, 0)]
    own, across = ([job for job in planned if (job.leg in plan.CROSS_LEGS) is late] for late in (False, True))
    for jobs in (own, across):  # a graft starts from what the other side left
        of_side = {backend: [job for job in jobs if job.backend == backend] for backend in BACKENDS}
        calls = {name: partial(side.run, context, sides[name], some, log) for name, some in of_side.items() if some}
        for _, found in parallel.as_completed(calls, context.cancelled):
            assert {result.error for result in found} == {None}


def bad(case, options, folder):
    """The checks of a case that do not pass."""
    run_case(case, LEGS, options, folder, lambda _: None)
    assert all(job["cached"] for job in read_json(folder / "jobs.json"))
    write_text(folder / "scenario.yaml", case.resolved_yaml())
    evidence, limits = Evidence(folder, BACKENDS), limits_of(case)
    checks = [check for rung in RUNGS for check in judge_rung(rung, evidence, limits).checks]
    assert {check.rung for check in checks} == set(RUNGS)
    return [check for check in checks if check.status != "pass"]
