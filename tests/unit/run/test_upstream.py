"""A pair that imports a repository which is no part of this one: where its checkout is, and what happens without it."""

import os
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.run import pair
from harness.scenario.case import Case
from harness.session.request import Request

SCENARIO = """
pair:
  upstream: {name: other, get: "git clone it"}
  reference:
    name: one
    port: own
    factory: "side.py:build"
    python: "{upstream}/bin/python"
    environment: {PYTHONPATH: "{upstream}/src:../mine", FLAGS: "--home={upstream}"}
    code: ["{upstream}/src"]
  candidate:
    name: two
    port: command
    train: "{upstream}/train --data {data}"
    infer: "{upstream}/infer --data {data}"
    outputs: {history.loss: "log.csv:loss", patches: "out.npz:patches"}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one scenario and its factory, beside a checkout of another repository."""
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios/mine.yaml").write_text(SCENARIO)
    (tmp_path / "scenarios/side.py").write_text("def build(setup): ...\n")
    (tmp_path / "checkout/src").mkdir(parents=True)
    (tmp_path / "checkout/src/model.py").write_text("WIDTH = 1\n")
    return tmp_path


@pytest.fixture(autouse=True)
def nothing_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PARITY_UPSTREAM_OTHER", raising=False)


def case_of(root: Path, *upstream: str) -> Case:
    [case] = Request.from_texts(root, profile="smoke", upstream=upstream).cases()
    return case


def test_its_checkout_stands_in_paths_and_variables(root: Path) -> None:
    case, checkout = case_of(root, f"other={root / 'checkout'}"), root / "checkout"
    assert pair.python(case, "one") == checkout / "bin/python"
    variables = pair.variables(case, "one")
    assert variables["FLAGS"] == f"--home={checkout}"
    assert variables["PYTHONPATH"] == os.pathsep.join([str(checkout / "src"), str(root / "mine")])
    assert pair.side_inputs(case, "two").upstream == checkout


def test_it_may_be_named_in_the_environment(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARITY_UPSTREAM_OTHER", str(root / "checkout"))
    assert case_of(root).upstream == root / "checkout"
    pair.require_upstream(case_of(root))


def test_an_edit_of_it_makes_another_result(root: Path) -> None:
    before = pair.side_inputs(case_of(root, f"other={root / 'checkout'}"), "one").code
    (root / "checkout/src/model.py").write_text("WIDTH = 2\n")
    assert pair.side_inputs(case_of(root, f"other={root / 'checkout'}"), "one").code != before


def test_without_it_the_case_is_skipped_with_the_command_that_gets_it(root: Path) -> None:
    expected = (
        "there is no checkout of other; give --parity-upstream other=DIR or PARITY_UPSTREAM_OTHER=DIR. To get one: "
        "git clone it"
    )
    with pytest.raises(pair.UpstreamNotFound) as found:
        pair.require_upstream(case_of(root))
    assert str(found.value) == expected


def test_what_is_no_folder_is_refused(root: Path) -> None:
    with pytest.raises(HarnessError, match=r"--parity-upstream: other=.*nowhere is not a folder; name the checkout"):
        case_of(root, f"other={root / 'nowhere'}")


def test_a_place_without_a_name_is_refused(root: Path) -> None:
    scenario = root / "scenarios/mine.yaml"
    scenario.write_text(SCENARIO.replace('  upstream: {name: other, get: "git clone it"}\n', ""))
    with pytest.raises(HarnessError, match=r"a side has the place \{upstream\}; name the repository in 'upstream'"):
        case_of(root)
