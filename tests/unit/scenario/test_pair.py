"""The section `pair` of a scenario, as a person writes it."""

from pathlib import Path
from typing import Any

import pytest

from harness.scenario.catalogue import load_cases
from harness.scenario.keys import OPEN, leaves
from harness.scenario.pair import DeclaredSpec, PairScenario, PairSpec, SideSpec, UpstreamSpec

SIDE = """
    port: command
    train: "train --data {data}"
    infer: "infer --data {data}"
    outputs: {history.loss: log.csv:loss, patches: out.npz:patches}
"""
SCENARIO = f"pair:\n  settings: {{adam.epsilon: 1.0e-7}}\n  reference:{SIDE}  candidate:{SIDE}"


def test_the_keys_of_its_tables_may_hold_dots(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(SCENARIO)
    [case] = load_cases([tmp_path], "smoke", {})
    assert isinstance(case.scenario, PairScenario)
    assert case.scenario.pair.reference.outputs["history.loss"] == "log.csv:loss"
    assert case.scenario.pair.settings == {"adam.epsilon": 1e-7}
    assert leaves(case.scenario)["pair.candidate.outputs.history.loss"] == "log.csv:loss"


@pytest.mark.parametrize("section", [SideSpec, PairSpec, UpstreamSpec, DeclaredSpec])
def test_every_table_is_open(section: Any) -> None:
    tables = {name for name, field in section.model_fields.items() if "dict" in str(field.annotation)}
    assert tables <= {*OPEN}


@pytest.mark.parametrize(("dataset", "asked"), [({}, True), ({"source": "file", "file": "a.npz"}, False)])
def test_photons_of_measured_patterns_are_counted_and_not_asked_for(dataset, asked) -> None:
    side = {"port": "own", "factory": "side.py:build"}
    pair = {"reference": {**side, "name": "one"}, "candidate": {**side, "name": "other"}}
    scenario = PairScenario.model_validate({"pair": pair, "dataset": dataset})
    assert ("nphotons" in scenario.requested_settings) == asked
