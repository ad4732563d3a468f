"""`port check` and `port map`: the two ports of a scenario before anything is judged."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from harness.errors import HarnessError
from harness.ports.mapping import PairMapping

Verb = Callable[..., Result]
FACTORIES = Path(__file__).parents[1] / "run" / "toys" / "factories.py"
SCENARIO = """\
description: "Two ports in PyTorch."
dataset: {{object: {{shape: [160, 160]}}, scan: {{images: 24}}}}
grouping: {{groups: 4}}
training: {{epochs: 1, batch_size: 2}}
pair:
  reference: {{port: torch, name: first, factory: "factories.py:sound"}}
  candidate: {{port: torch, name: second, factory: "factories.py:{}"}}
  weights: {}
"""


@pytest.fixture
def port(verb: Verb, tmp_path: Path) -> Verb:
    """Runs a verb of `port` on a pair whose candidate another factory makes; `mapping`: what it says of the weights."""

    def run(name: str, factory: str, *more: str, mapping: str = "by_order") -> Result:
        folder = tmp_path / "mine"
        folder.mkdir()
        shutil.copy(FACTORIES, folder)
        (folder / "mine.yaml").write_text(SCENARIO.format(factory, mapping))
        return verb("port", name, "mine", "--scenarios", str(folder), *more)

    return run


@pytest.mark.slow
def test_check_goes_on_with_one_side_where_the_other_cannot_be_built(port: Verb, home: Path) -> None:
    before = sorted(home.rglob("*"))
    result = port("check", "exits")
    assert result.exit_code == 1
    lines = [re.split(r"\s{2,}", line.strip()) for line in result.stdout.splitlines()[1:]]
    assert {line[2] for line in lines if line[0] == "first"} == {"✓"}
    assert [line[1:3] for line in lines if line[0] == "second"][:3] == [
        ["importable", "✓"], ["builds", "✗"], ["weights read back", "–"],  # noqa: RUF001 - a dash is meant
    ]  # fmt: skip
    assert "pair.candidate.factory: factories.py:exits: raised SystemExit: 3 (factories.py:" in result.stdout
    assert sorted(home.rglob("*")) == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("side", "end"), [("crashing", "was killed by signal 9"), ("hanging", "the time limit of 20 s")]
)
def test_check_names_the_step_in_which_a_port_ended(verb: Verb, side: str, end: str) -> None:
    """Ports that are known by their names are checked as those of a pair are."""
    result = verb("port", "check", "small", "--backends", f"toy,{side}", "--timeout", "20", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    statuses = {name: {step["name"]: step["status"] for step in steps} for name, steps in found.items()}
    assert statuses["toy"]["weights read back"] == "pass"
    assert statuses["toy"]["gradients"] == "inconclusive"
    last = next(step for step in found[side] if step["name"] == "step")
    assert last["status"] == "fail"
    assert end in last["message"]
    assert statuses[side]["prediction"] == "skipped"


@pytest.mark.slow
def test_map_prints_and_saves_what_the_scenario_can_name(port: Verb, tmp_path: Path) -> None:
    """The file that the scenario names is not there yet: it is proposed all the same."""
    saved = tmp_path / "mapping.json"
    result = port("map", "has_no_gradient", "--output", str(saved), mapping="../mapping.json")
    assert result.exit_code == 0, result.exception
    rows = [line.split() for line in result.stdout.splitlines()]
    assert rows[0] == ["second", "first"]
    assert ["weight", "0.kernel", "0.kernel"] in rows
    assert ["weight", "0.unused.kernel", "-"] in rows
    assert PairMapping.read(saved).weights == {"0.kernel": "0.kernel", "0.bias": "0.bias"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("check", "absent"), "absent: is no scenario"),
        (("map", "small"), "small.yaml: has no section pair; both ports use the names of its network."),
        (("map", "small", "--output", "output.txt"), "output.txt: is there already, and nothing is overwritten"),
    ],
)
def test_what_cannot_be_done_is_said(verb: Verb, arguments: tuple[str, ...], sentence: str) -> None:
    result = verb("port", *arguments)
    assert isinstance(result.exception, HarnessError)
    assert sentence in str(result.exception)


@pytest.mark.parametrize("name", ["check", "map"])
def test_help_has_an_example(verb: Verb, name: str) -> None:
    assert f"Example: python -m harness port {name} " in verb("port", name, "--help").stdout
