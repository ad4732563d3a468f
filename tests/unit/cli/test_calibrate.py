"""`calibrate`: what it measures, writes and prints; nothing of the project changes."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.testing import Result

from harness.judge.tolerances import LEDGER, Entry, entries
from harness.session import calibration

Verb = Callable[..., Result]
TOYS = ("--backends", "toy,other", "--draws", "2")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("calibration") / "proposal"


@pytest.fixture
def printed(verb: Verb, folder: Path) -> str:
    """What the verb printed, which is run once."""
    output = folder.with_name("output.txt")
    if not output.exists():
        ledger = LEDGER.read_bytes()
        result = verb("calibrate", "small", *TOYS, "--into", str(folder))
        assert result.exit_code == 0, result.output
        assert LEDGER.read_bytes() == ledger
        output.write_text(result.stdout)
    return output.read_text()


def test_every_draw_of_every_backend_is_measured(printed: str, folder: Path) -> None:
    found = json.loads((folder / "measurements.json").read_text())
    assert {(one["case"], one["backend"], one["draw"]) for one in found} == {
        ("small", backend, draw) for backend in ("toy", "other") for draw in (1, 2)
    }
    figures = {one["figure"] for one in found}
    assert {"telemetry.final_loss", "patches.std", "scale.sides", "agreement.shift"} <= figures
    nudges = [YAML(typ="safe").load(folder / "small" / str(d) / "scenario.yaml")["training"]["nudge"] for d in range(3)]
    assert nudges == [0, 1, 2]


def test_the_page_and_the_terminal_show_each_limit_in_force(printed: str, folder: Path) -> None:
    page = (folder / "proposal.md").read_text()
    assert "| telemetry.final_loss | 0.5 | ledger | 0 | small |" in page
    assert "none: no noise was seen" in printed
    assert printed.splitlines()[-1] == f"written: {folder / 'proposal.md'}, {folder / 'proposal.yaml'}"


def test_the_proposal_is_in_the_format_of_the_ledger(
    printed: str, folder: Path, tmp_path: Path, verb: Verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With noise between the toys, which have none of their own."""

    def noisy(*asked: object) -> list[object]:
        return [
            replace(one, value=abs(one.limit.best - 0.03 * one.draw))
            for one in calibration_measure(*asked)
            if one.limit.name in ("patches.mean", "agreement.pearson_r")
        ]

    calibration_measure = calibration.measure
    monkeypatch.setattr(calibration, "measure", noisy)
    result = verb("calibrate", "small", *TOYS, "--backend", "toy", "--into", str(tmp_path / "noisy"), "--json")
    rows = {row["figure"]: row for row in json.loads(result.stdout)}
    assert rows["patches.mean"] == {
        "figure": "patches.mean", "in force": 0.1, "limit of": "ledger", "worst": 0.06, "case": "small",
        "backend": "toy", "draw": 2, "proposed": 0.12, "verdict": "looser",
    }  # fmt: skip
    written = {name: Entry.model_validate(entry) for name, entry in _load(tmp_path / "noisy" / "proposal.yaml").items()}
    assert set(written) == {"patches.mean", "agreement.pearson_r"}
    mean, before = written["patches.mean"], entries()["patches.mean"]
    assert [mean.value_for(profile) for profile in ("smoke", "stable", "full")] == [0.002, 0.12, 0.1]
    assert mean.measured_in.startswith("stable: worst 0.06, small, toy, draw 2 of 2 (calibrate, ")
    assert (mean.reason, mean.unit, mean.devices) == (before.reason, before.unit, before.devices)
    likeness = written["agreement.pearson_r"]
    assert (likeness.range, likeness.value_for("stable")) == ((-1, 1), 0.88)


def _load(path: Path) -> dict[str, object]:
    content: dict[str, object] = YAML(typ="safe").load(path)
    return content


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nonsense",), "nonsense: is no scenario; there are small."),
        (("small", "--backend", "jax"), "--backend: found 'jax'; allowed: toy, other."),
        (("small", "--into", "scenarios"), "scenarios: is not empty, and a hub is never overwritten; name another."),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_runs(
    verb: Verb, arguments: tuple[str, ...], sentence: str
) -> None:
    result = verb("calibrate", *arguments, *TOYS)
    assert result.exit_code != 0
    assert str(result.exception) == sentence


def test_a_training_that_fails_is_named(verb: Verb, tmp_path: Path) -> None:
    asked = ("--backends", "raising,toy", "--draws", "1", "--into", str(tmp_path / "proposal"))
    result = verb("calibrate", "small", *asked)
    assert result.exit_code != 0
    assert "small, raising, draw 1: telemetry.raising: raising, train: " in str(result.exception)
    assert not (tmp_path / "proposal" / "proposal.md").exists()
