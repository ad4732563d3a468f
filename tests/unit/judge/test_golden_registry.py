"""Ten ways in which golden files go wrong, each told in one sentence before anything is compared with the file."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from harness.errors import HarnessError
from harness.files import read_npz, write_npz, write_text
from harness.judge.golden import registry

ARRAYS, TEXT = "arrays.npz", "texts/told.txt"
EXPECTED = {ARRAYS: "digest", TEXT: None}
NUMPY = {"numpy": "2.4.6"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two approved files."""
    write_npz(tmp_path / ARRAYS, x=np.arange(8.0))
    write_text(tmp_path / TEXT, "told\n")
    facts = {"case": "gs", "profile": "smoke", "environment": NUMPY}
    approved = {ARRAYS: registry.entry(tmp_path / ARRAYS, scenario="digest", **facts)}
    registry.register(tmp_path, approved | {TEXT: registry.entry(tmp_path / TEXT)})
    assert list(registry.problems(tmp_path, EXPECTED)) == []
    return tmp_path


def edit_registry(folder: Path, change: Callable[[dict], object]) -> None:
    held = json.loads((folder / registry.REGISTRY).read_text())
    change(held)
    (folder / registry.REGISTRY).write_text(json.dumps(held))


def swap(folder: Path) -> None:
    one, other = ((folder / name).read_bytes() for name in (ARRAYS, TEXT))
    (folder / ARRAYS).write_bytes(other + b" " * (len(one) - len(other)))
    (folder / TEXT).write_bytes(one)


FAULTS: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "missing": (lambda folder: (folder / ARRAYS).unlink(), ["arrays.npz: is missing"]),
    "orphaned": (lambda folder: (folder / "old.yml").write_text("x: 1"), ["old.yml: is orphaned"]),
    "orphaned entry": (
        lambda folder: edit_registry(folder, lambda held: held.update({"old.yml": held[TEXT]})),
        ["old.yml: is orphaned"],
    ),
    "never approved": (
        lambda folder: edit_registry(folder, lambda held: held.pop(TEXT)),
        ["told.txt: nobody has approved it"],
    ),
    "stale": (
        lambda folder: edit_registry(folder, lambda held: held[ARRAYS].update(scenario="another")),
        ["arrays.npz: is stale: the scenario of gs has changed"],
    ),
    "half written": (
        lambda folder: (folder / ARRAYS).write_bytes((folder / ARRAYS).read_bytes()[:100]),
        ["arrays.npz: is half written, 100 of "],
    ),
    "edited by 1e-6": (
        lambda folder: write_npz(folder / ARRAYS, x=read_npz(folder / ARRAYS)["x"] + 1e-6),
        ["arrays.npz: was changed after it was approved"],
    ),
    "swapped": (swap, ["arrays.npz: was changed after", "told.txt: was changed after"]),
    "pointer of Git LFS": (
        lambda folder: (folder / ARRAYS).write_text("version https://git-lfs.github.com/spec/v1\nsize 9\n"),
        ["arrays.npz: is a pointer of Git LFS"],
    ),
    "empty": (lambda folder: (folder / TEXT).write_text(""), ["told.txt: is half written, 0 of 5 bytes"]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_injected_fault_is_told_in_one_sentence(folder: Path, fault: str) -> None:
    seed, told = FAULTS[fault]
    seed(folder)
    found = list(registry.problems(folder, EXPECTED))
    assert len(found) == len(told)
    for sentence, start in zip(found, told, strict=True):
        assert start in sentence
        assert sentence.count("\n") == 0
        assert sentence.endswith(".")


def test_another_environment_is_told_by_version(folder: Path) -> None:
    approved = registry.read(folder)[ARRAYS]
    assert registry.environment_difference(approved, NUMPY) == ""
    found = registry.environment_difference(approved, {"numpy": "2.5.0", "scipy": "1.17"})
    assert found == "was approved in another environment: numpy 2.4.6, now 2.5.0; scipy not there, now 1.17"


@pytest.mark.parametrize(
    "text", ["{", '{"a": {"sha256": "x"}}', '{"a": {"sha256": "x", "size": 1, "hubb": "y"}}', "[]"]
)
def test_a_broken_registry_is_an_error_that_names_it(folder: Path, text: str) -> None:
    (folder / registry.REGISTRY).write_text(text)
    with pytest.raises(HarnessError, match=registry.REGISTRY):
        list(registry.problems(folder, EXPECTED))


def test_approving_the_same_bytes_again_changes_nothing(folder: Path) -> None:
    before = (folder / registry.REGISTRY).read_bytes()
    held = registry.read(folder)[ARRAYS].model_dump()
    again = registry.Entry.model_validate({**held, "hub": "another", "commit": "later"})
    registry.register(folder, {ARRAYS: again})
    assert (folder / registry.REGISTRY).read_bytes() == before
    registry.register(folder, {ARRAYS: again.model_copy(update={"scenario": "new"})})
    assert registry.read(folder)[ARRAYS].hub == "another"


@pytest.mark.parametrize(
    ("update", "exists", "wanted"),
    [(None, False, False), ("all", True, True), ("new", True, False), ("new", False, True), ("gs", True, True)],
)
def test_one_flag_says_what_is_made_anew(update: str | None, exists: bool, wanted: bool) -> None:
    assert registry.is_wanted(update, "gs", exists) == wanted
    assert not registry.is_wanted("other", "gs", exists)


@pytest.mark.parametrize(
    ("update", "left"), [("all", [TEXT]), ("gs", [TEXT]), ("new", [ARRAYS, TEXT]), (None, [ARRAYS, TEXT])]
)
def test_what_nothing_is_held_against_is_removed_when_it_is_asked_for(
    folder: Path, update: str | None, left: list[str]
) -> None:
    registry.discard_orphans(folder, {TEXT}, update)
    assert sorted(registry.read(folder)) == sorted(registry.files(folder)) == left


def test_nothing_else_is_removed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "data.npz"
    outside.write_text("mine")
    (folder / "notes.txt").write_text("of nobody's approval")
    edit_registry(folder, lambda held: held.update({f"../{outside.parent.name}/{outside.name}": held[TEXT]}))
    registry.discard_orphans(folder, EXPECTED, "all")
    assert outside.exists()
    assert sorted(registry.files(folder)) == [ARRAYS, "notes.txt", TEXT]
    assert list(registry.problems(folder, EXPECTED)) == [
        f"{folder / 'notes.txt'}: is orphaned: nothing is held against it; remove it."
    ]
