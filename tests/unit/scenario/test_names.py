"""Names of cases and sides are folders of a hub: none may be one of the hub's own, and none may lie."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness import layout
from harness.errors import HarnessError
from harness.scenario.case import Case
from harness.session.request import Request

Load = Callable[..., list[Case]]
Problems = Callable[..., list[str]]
A = "training: {epochs: 2}"


@pytest.mark.parametrize(
    "name",
    ["index.html", "summary.json", "Summary.JSON", "manifest.json", "junit.xml", "faults", "Studies", "checksums.txt",
     "nightly.json", "summary.md", "proposal.yaml", "any.json", "progress.jsonl"],
)  # fmt: skip
def test_a_name_of_the_hubs_own_is_refused_when_it_is_loaded(problems: Problems, name: str) -> None:
    (sentence,) = problems(**{name: A})
    assert sentence.startswith(f'scenarios/{name}.yaml: found the name "{name}", allowed: ')
    assert sentence.endswith("rename it.")


def test_a_label_of_a_matrix_can_make_such_a_name(problems: Problems) -> None:
    (sentence,) = problems(a="matrix: {training.epochs: {x.json: 3, y: 4}}")
    assert 'found the name "a-x.json"' in sentence


@pytest.mark.parametrize("name", ["gs1.v2", "faults2", "jsons", "a.htmlx", "index"])
def test_other_names_are_fine(load: Load, name: str) -> None:
    assert [case.id for case in load(**{name: A})] == [name]


def test_a_name_that_no_file_system_takes_is_refused(problems: Problems) -> None:
    (sentence,) = problems(a=f"matrix: {{training.epochs: {{{'x' * 250}: 3}}}}")
    assert "252 characters, allowed: at most 200" in sentence


def test_two_points_of_one_name_are_refused(problems: Problems) -> None:
    axes = "matrix:\n  training.epochs: {x: 2, x-y: 3}\n  training.seed: {y-z: 1, z: 2}\n"
    (sentence,) = problems(a=axes)
    assert 'found the name "a-x-y-z" for two points of the matrix, allowed: different labels' in sentence


@pytest.mark.parametrize(
    ("matrix", "sentence"),
    [
        (
            "{training.epochs: [1, 2], training: {short: {epochs: 3}, long: {epochs: 4}}}",
            "scenarios/a.yaml:1: matrix.training: sets training.epochs, which matrix.training.epochs sets as well; "
            "a label would be untrue. Allowed: each key in one axis.",
        ),
        (
            "{training: {a: {seed: 3}, b: {epochs: 4}}, training.seed: [7, 8]}",
            "scenarios/a.yaml:1: matrix.training.seed: sets training.seed, which matrix.training sets as well; "
            "a label would be untrue. Allowed: each key in one axis.",
        ),
        (
            "{dataset.nphotons: {'1e3': 1e9}}",
            'scenarios/a.yaml:1: matrix.dataset.nphotons: found the label "1e3" for 1000000000.0, allowed: a word, or '
            "the number itself.",
        ),
    ],
)
def test_labels_that_lie_are_refused(problems: Problems, matrix: str, sentence: str) -> None:
    assert problems(a=f"matrix: {matrix}\n") == [sentence]


def test_a_label_that_says_its_number_is_fine(load: Load) -> None:
    assert [case.id for case in load(a="matrix: {dataset.nphotons: {'1000': 1e3, much: 1e9}}")] == ["a-1000", "a-much"]


@pytest.mark.parametrize("name", [*layout.CASE_FOLDERS, "Dataset"])
def test_a_side_is_not_named_as_a_folder_of_a_case(tmp_path: Path, name: str) -> None:
    with pytest.raises(HarnessError, match=f"found '{name}'; .*a folder of every case"):
        Request.from_texts(tmp_path, backends=f"tensorflow,{name}")


def test_a_side_of_a_pair_neither(problems: Problems) -> None:
    text = """pair:
  reference: {port: keras, factory: "a.py:build", name: golden}
  candidate: {port: torch, factory: "b.py:build"}
"""
    (sentence,) = problems(a=text)
    assert "golden" in sentence
    assert "a folder of every case" in sentence
