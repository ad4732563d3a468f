from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.scenario.case import Case
from harness.scenario.catalogue import load_cases

Load = Callable[..., list[Case]]
Problems = Callable[..., list[str]]
Write = Callable[..., Path]


def test_a_missing_folder(write: Write) -> None:
    write(a="training: {epochs: 2}")
    with pytest.raises(HarnessError) as caught:
        load_cases([Path("nowhere")], "stable", {})
    assert str(caught.value) == "nowhere: found no such folder, allowed: a folder of scenario files NAME.yaml."


def test_a_folder_without_scenarios(problems: Problems) -> None:
    sentence = "scenarios: found no scenario, allowed: a folder of scenario files NAME.yaml."
    assert problems(_base="training: {epochs: 2}") == [sentence]


@pytest.mark.parametrize("name", ["two words.yaml", "gs1-ideal.yaml", ".hidden.yaml", "a;b.yaml", "old.yml"])
def test_names_that_are_no_safe_ids(write: Write, name: str) -> None:
    (write(a="training: {epochs: 2}") / name).write_text("training: {epochs: 2}")
    with pytest.raises(HarnessError) as caught:
        load_cases([Path("scenarios")], "stable", {})
    assert str(caught.value) == (
        f'scenarios/{name}: found the file name "{name}", allowed: letters, digits, _ and . '
        "with the ending .yaml and no leading dot; rename it."
    )


def test_the_same_name_in_two_folders(write: Write) -> None:
    folders = [write("one", a="training: {epochs: 2}"), write("two", a="training: {epochs: 2}")]
    with pytest.raises(HarnessError) as caught:
        load_cases(folders, "stable", {})
    assert str(caught.value) == (
        'two/a.yaml: found the name "a" again, allowed: a name that one/a.yaml does not have; rename one of the two.'
    )


def test_one_folder_named_twice_counts_once(write: Write) -> None:
    folder = write(a="training: {epochs: 2}")
    assert [case.id for case in load_cases([folder, folder / ".." / "scenarios"], "stable", {})] == ["a"]


def test_folders_in_their_order_and_files_by_name(write: Write) -> None:
    text = "training: {epochs: 2}"
    folders = [write("two", d=text, c=text), write("one", b=text, a=text)]
    assert [case.id for case in load_cases(folders, "stable", {})] == ["c", "d", "a", "b"]


def test_a_users_folder_extends_a_base_of_another_folder(write: Write) -> None:
    folders = [write("shipped", _base="training: {epochs: 3}", a="extends: _base"), write("own", mine="extends: _base")]
    mine = load_cases(folders, "stable", {})[1]
    assert (mine.id, mine.scenario.training.epochs) == ("mine", 3)
    assert mine.origins["training.epochs"] == "extends: shipped/_base.yaml:1"


def test_the_base_beside_the_file_comes_first(write: Write) -> None:
    folders = [
        write("shipped", _base="training: {epochs: 3}", a="extends: _base"),
        write("own", _base="training: {epochs: 5}", mine="extends: _base"),
    ]
    assert [case.scenario.training.epochs for case in load_cases(folders, "stable", {})] == [3, 5]


def test_extends_by_relative_path(write: Write) -> None:
    write("shared", base="training: {epochs: 3}")
    (case,) = load_cases([write("own", mine="extends: ../shared/base.yaml")], "stable", {})
    assert case.origins["training.epochs"] == "extends: shared/base.yaml:1"


def test_a_cycle(problems: Problems) -> None:
    sentences = problems(a="extends: _b", _b="# one\nextends: _c", _c="extends: _b")
    assert sentences == ["scenarios/_c.yaml:1: extends: found the cycle a -> _b -> _c -> _b, allowed: a chain."]
    assert problems(a="extends: a")[0] == "scenarios/a.yaml:1: extends: found the cycle a -> a, allowed: a chain."


def test_an_unknown_base(problems: Problems) -> None:
    sentence = 'extends: found the unknown scenario "_lins", did you mean "_lines", allowed: _lines, a.'
    assert problems(a="extends: _lins", _lines="training: {epochs: 2}") == [f"scenarios/a.yaml:1: {sentence}"]


def test_a_base_that_is_no_name(problems: Problems) -> None:
    sentence = "extends: found [1], allowed: name or relative path of a scenario file."
    assert problems(a="extends: [1]") == [f"scenarios/a.yaml:1: {sentence}"]


@pytest.mark.parametrize(("text", "shown"), [("", "nothing"), ("- 1\n", "[1]"), ("words", '"words"')])
def test_a_file_that_is_no_mapping(problems: Problems, text: str, shown: str) -> None:
    assert problems(a=text) == [f"scenarios/a.yaml: found {shown}, allowed: the keys of a scenario."]


def test_bases_are_not_run(load: Load) -> None:
    assert [case.id for case in load(_base="training: {epochs: 2}", a="extends: _base")] == ["a"]


def test_a_linked_scenario_is_the_file_that_the_link_points_to(write: Write) -> None:
    archive = write("archive", mine="training: {epochs: 2}", real="training: {epochs: 3}")
    own = write("own")
    (own / "mine.yaml").symlink_to(archive.resolve() / "real.yaml")
    assert [case.scenario.training.epochs for case in load_cases([own], "stable", {})] == [3]


def test_a_linked_scenario_extends_what_lies_beside_the_link_else_beside_its_target(write: Write) -> None:
    archive = write(
        "archive", _base="training: {epochs: 3}", _other="training: {epochs: 4}", real="extends: _base",
        path="extends: ./_other.yaml",
    )  # fmt: skip
    own = write("own")
    for name in ("real", "path"):
        (own / f"{name}.yaml").symlink_to(archive.resolve() / f"{name}.yaml")
    assert [case.scenario.training.epochs for case in load_cases([own], "stable", {})] == [4, 3]
    write("own", _base="training: {epochs: 5}")
    assert [case.scenario.training.epochs for case in load_cases([own], "stable", {})] == [4, 5]


def test_a_cycle_is_seen_through_links(write: Write) -> None:
    own = write("own", a="extends: b")
    (own / "b.yaml").symlink_to(own.resolve() / "a.yaml")
    with pytest.raises(HarnessError, match="found the cycle"):
        load_cases([own], "stable", {})
