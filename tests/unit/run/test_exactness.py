"""Both backends in lock-step, for real: however the network is built, they agree to within rounding."""

from pathlib import Path

import pytest

from harness.files import write_text
from harness.judge.evidence import Evidence
from harness.judge.ladder import judge_rung
from harness.judge.tolerances import limits_of
from harness.run.run_case import RunOptions, run_case
from harness.scenario.catalogue import load_cases

SCENARIOS = Path(__file__).parents[3] / "scenarios"
BACKENDS = ("tensorflow", "torch")
RUNGS = ("physics", "loss", "gradient", "step", "trajectory")
MAE = "loss: {poisson: 0.0, amplitude_mae: 1.0}"
SHORT = "lockstep: {steps: 5, draws: 2}"
VARIANTS = {
    "gridsize 1, mae, fixed scale": ("gs1_ideal", f"model: {{scale_trainable: false}}\n{MAE}"),
    "gridsize 1, plain features, variation": ("gs1_custom", "model: {features: plain}\nloss: {total_variation: 0.1}"),
    "gridsize 2, channels": ("gs2_ideal", "model: {encoder_input: channels}"),
    "gridsize 2, channels, mae, fixed scale": (
        "gs2_custom",
        f"model: {{encoder_input: channels, scale_trainable: false}}\n{MAE}",
    ),
    "gridsize 2, not merged, mean border": ("gs2_ideal", "model: {object_big: false, border: mean}"),
}
"""Beside the shipped scenarios, which the parity suite itself walks through."""


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_way_to_build_the_network(variant, tmp_path):
    scenario, text = VARIANTS[variant]
    write_text(tmp_path / "scenarios" / "variant.yaml", f"extends: {scenario}\n{text}\n{SHORT}\n")
    cases = load_cases([SCENARIOS, tmp_path / "scenarios"], "smoke", {})
    (case,) = (case for case in cases if case.id == "variant")
    options = RunOptions(BACKENDS, {}, "cpu", tmp_path / "store", None)
    run_case(case, ("lockstep", "trajectory"), options, tmp_path / "case", lambda _: None)
    write_text(tmp_path / "case" / "scenario.yaml", case.resolved_yaml())
    evidence, limits = Evidence(tmp_path / "case", BACKENDS), limits_of(case)
    for rung in RUNGS:
        bad = [check for check in judge_rung(rung, evidence, limits).checks if check.status != "pass"]
        assert bad == []
