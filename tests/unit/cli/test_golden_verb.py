"""`golden propose`: a patch that git applies, and a page with old, new and difference."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import Result

from harness.errors import HarnessError
from harness.files import read_npz, write_npz
from harness.judge.golden import registry
from harness.records.environment import EnvironmentRecord
from harness.records.summary import Summary
from harness.session import manifest

Verb = Callable[..., Result]
TRAINED = Path("trained", "smoke", "small")


@pytest.fixture
def project(verb: Verb, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own beside the hub of toy backends, run at smoke size, with nothing approved."""
    shutil.copytree(home / "scenarios", tmp_path / "scenarios")
    (tmp_path / registry.FOLDER).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert verb("run", "small", "--backends", "toy,other", "--profile", "smoke", "--hub", "hub").exit_code in (0, 1)
    return tmp_path


def spoil(hub: Path, **changes: object) -> None:
    """Enter changes in the files of a hub, and sign it anew: what a session would have left."""
    summary = Summary.read(hub / "summary.json")
    case = summary.cases[0]
    if rung := changes.get("red"):
        red = replace(case.checks[0], rung=str(rung), status="fail")
        case = case.model_copy(update={"checks": (red,), "diagnosis": "is off"})
        summary.model_copy(update={"cases": (case,)}).write(hub / "summary.json")
    if "dirty" in changes:
        found = EnvironmentRecord.read(hub / "environment.json")
        found.model_copy(update={"git_commit": "1a2b", "dirty": changes["dirty"]}).write(hub / "environment.json")
    manifest.write(hub)


def test_a_hub_that_is_red_or_of_no_commit_is_refused_without_force(verb: Verb, project: Path) -> None:
    for number, (changes, words) in enumerate((
        ({"red": "stages", "dirty": False}, ("small is red", "small: red at stages: is off", "1a2b, without changes")),
        ({"red": "golden", "dirty": True}, ("it ran with changes that are in no commit", "1a2b with changes",
                                            "small: red at golden alone")),
    )):  # fmt: skip
        spoil(project / "hub", **changes)
        refused = verb("golden", "propose", "hub", "--to", f"no{number}")
        assert isinstance(refused.exception, HarnessError)
        assert [word for word in (*words, "--force") if word not in str(refused.exception)] == []
        assert not (project / f"no{number}").exists()
        forced = verb("golden", "propose", "hub", "--to", f"yes{number}", "--force")
        assert forced.exit_code == 1, forced.output
        assert words[1] in forced.stderr
        assert words[1] in (project / f"yes{number}" / "index.html").read_text()


def test_what_golden_files_are_for_is_not_refused(verb: Verb, project: Path) -> None:
    spoil(project / "hub", red="golden", dirty=False)
    assert verb("golden", "propose", "hub", "--to", "first").exit_code == 1


def apply(project: Path, patch: str) -> None:
    subprocess.run(["git", "apply", f"{patch}/proposal.patch"], cwd=project, check=True)


def test_a_proposal_is_applied_and_holds(verb: Verb, project: Path) -> None:
    golden = project / registry.FOLDER
    first = verb("golden", "propose", "hub", "--force", "--to", "first")
    assert first.exit_code == 1
    assert first.stdout.count("new: ") == 4
    assert registry.files(golden) == {}
    apply(project, "first")
    assert sorted(registry.files(golden)) == sorted(str(TRAINED / f"{side}{suffix}") for side in ("toy", "other")
                                                    for suffix in (".json", ".npz"))  # fmt: skip
    again = verb("golden", "propose", "hub", "--force", "--to", "again")
    assert (again.exit_code, again.stdout.splitlines()[0][:14]) == (0, "0 files differ")
    assert verb("run", "small", "--backends", "toy,other", "--profile", "smoke", "--hub", "next").exit_code in (0, 1)
    assert '"status": "pass"' in (project / "next" / "small" / "checks" / "golden.json").read_text()


def test_the_page_shows_old_new_and_difference(verb: Verb, project: Path) -> None:
    verb("golden", "propose", "hub", "--force", "--to", "first")
    apply(project, "first")
    path = project / registry.FOLDER / TRAINED / "toy.npz"
    held = read_npz(path)
    held["picture"][2, 3] += np.float32(0.5)
    write_npz(path, **held)
    found = verb("golden", "propose", "hub", "--force", "--to", "second", "--case", "small")
    assert f"changed: {TRAINED / 'toy.npz'}" in found.stdout.splitlines()
    page = (project / "second" / "index.html").read_text()
    assert "<td>0.5</td>" in page
    for words in ("approved", "proposed", "difference"):
        assert f'alt="{words}"' in page
        assert (project / "second" / f"trained_smoke_small_toy-{words}.png").is_file()


def test_a_case_that_was_spoilt_on_purpose_is_left_out(verb: Verb, project: Path) -> None:
    options = ("--backends", "toy,other", "--profile", "smoke", "--override", "training.seed=4")
    verb("run", "small", *options, "--hub", "spoilt")
    found = verb("golden", "propose", "spoilt", "--force", "--to", "proposal")
    assert found.exit_code == 0
    assert "left out: small: was run with training.seed" in found.stderr


def test_what_cannot_be_proposed_is_one_sentence(verb: Verb, project: Path) -> None:
    (project / "taken").mkdir()
    (project / "taken" / "kept").write_text("kept")
    for arguments, words in ((("absent",), "is not a hub"), (("hub", "--force", "--to", "taken"), "is not empty")):
        found = verb("golden", "propose", *arguments)
        assert isinstance(found.exception, HarnessError)
        assert words in str(found.exception)
