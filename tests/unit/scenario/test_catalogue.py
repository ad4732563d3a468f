from collections.abc import Callable
from pathlib import Path

import pytest

from harness.scenario.case import Case

Load = Callable[..., list[Case]]
Problems = Callable[..., list[str]]

A = {"a": "training: {epochs: 2}"}


def test_a_case_says_where_it_comes_from(load: Load, tmp_path: Path) -> None:
    (case,) = load("smoke", {"training.epochs": "3"}, **A)
    assert (case.id, case.name, case.profile) == ("a", "a", "smoke")
    assert case.path == tmp_path / "scenarios" / "a.yaml"
    assert case.overrides == {"training.epochs": "3"}


def test_an_unknown_profile(problems: Problems) -> None:
    sentence = 'found the unknown profile "stabel", did you mean "stable", allowed: full, smoke, stable.'
    assert problems("stabel", **A) == [f"command line: profile: {sentence}"]


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("optimiser.learning_rate", "2e-3", 2e-3),
        ("model.probe_big", "false", False),
        ("dataset.split", "none", "none"),
        ("model.encoder_filters", "[4, 8, 8]", (4, 8, 8)),
        ("limits.reconstruction.amplitude.ssim", "0.5", 0.5),
    ],
)
def test_overrides_are_read_as_yaml(load: Load, key: str, text: str, value: object) -> None:
    (case,) = load(overrides={key: text}, **A)
    section: object = case.scenario
    head, _, rest = key.partition(".")
    section = getattr(section, head)
    assert (section[rest] if isinstance(section, dict) else getattr(section, rest)) == value
    assert case.origins[key] == "override: command line"


def test_an_override_can_be_a_section(load: Load) -> None:
    (case,) = load(overrides={"training": "{epochs: 5, seed: 1}"}, **A)
    assert (case.scenario.training.epochs, case.scenario.training.seed) == (5, 1)


@pytest.mark.parametrize(
    ("key", "text", "sentence"),
    [
        (
            "training.epoch",
            "3",
            'found the unknown key "epoch", did you mean "epochs", allowed: '
            "batch_size, epochs, nudge, precision, seed.",
        ),
        ("training.epochs", "ten", 'found "ten", allowed: whole number >= 1.'),
        ("training.epochs", "", "found nothing, allowed: whole number >= 1."),
        ("training.epochs", "[1", "is not YAML (expected ',' or ']', but got '<stream end>')."),
        ("training.epochs", "!x 1", "found the tag !x, allowed: plain data (put text in quotes)."),
        ("loss", "1", "found 1, allowed: a section of poisson, amplitude_mae, total_variation."),
        ("loss.poisson", "0", "poisson and amplitude_mae are both 0: no term compares with the data."),
    ],
)
def test_bad_overrides(problems: Problems, key: str, text: str, sentence: str) -> None:
    assert problems(overrides={key: text}, **A) == [f"command line: {key}: {sentence}"]


PAIR = """pair:
  reference: {port: keras, factory: "a.py:build"}
  candidate: {port: torch, factory: "b.py:build"}
"""


def test_an_override_is_for_the_networks_that_have_its_section(load: Load) -> None:
    built_in, pair = load(overrides={"loss.poisson": "2.0", "training.epochs": "3"}, **A, b=PAIR)
    assert built_in.scenario.loss.poisson == 2.0
    assert (pair.scenario.training.epochs, pair.overrides) == (3, {"training.epochs": "3"})


def test_an_override_for_a_network_that_no_scenario_has_is_refused(problems: Problems) -> None:
    sentence = "command line: loss.poisson: no scenario here is of a network with that section."
    assert problems(overrides={"loss.poisson": "2.0"}, b=PAIR) == [sentence]


def test_a_file_key_is_no_override(problems: Problems) -> None:
    (sentence,) = problems(overrides={"extends": "b"}, **A)
    assert sentence.startswith('command line: extends: found the unknown key "extends", allowed: dataset,')


def test_the_problem_of_a_shared_base_is_said_once(problems: Problems) -> None:
    sentences = problems(_base="dataset: {N: 65}", a="extends: _base", b="extends: _base")
    assert sentences == ["scenarios/_base.yaml:1: dataset.N: found 65, allowed: one of 64, 128, 256."]


@pytest.mark.parametrize("text", ["scan #1.npz", "1 # one", "[1, 2] # two", "'a' # b"])
def test_an_override_of_which_yaml_reads_only_a_part_is_refused(problems: Problems, text: str) -> None:
    (sentence,) = problems(overrides={"dataset.file": text}, **A)
    assert "YAML takes what follows '#' for a comment" in sentence


def test_a_quoted_override_may_hold_the_sign_of_a_comment(load: Load) -> None:
    given = {"dataset.source": "file", "dataset.file": "'scan #1.npz'", "training": "{epochs: 3}  "}
    assert load(overrides=given, **A)[0].scenario.dataset.file == "scan #1.npz"
