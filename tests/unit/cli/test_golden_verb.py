"""`golden propose`: a patch that git applies, and a page with old, new and difference."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import Result

from harness.errors import HarnessError
from harness.files import read_npz, write_npz
from harness.judge.golden import registry

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


def apply(project: Path, patch: str) -> None:
    subprocess.run(["git", "apply", f"{patch}/proposal.patch"], cwd=project, check=True)


def test_a_proposal_is_applied_and_holds(verb: Verb, project: Path) -> None:
    golden = project / registry.FOLDER
    first = verb("golden", "propose", "hub", "--to", "first")
    assert first.exit_code == 1
    assert first.stdout.count("new: ") == 4
    assert registry.files(golden) == {}
    apply(project, "first")
    assert sorted(registry.files(golden)) == sorted(str(TRAINED / f"{side}{suffix}") for side in ("toy", "other")
                                                    for suffix in (".json", ".npz"))  # fmt: skip
    again = verb("golden", "propose", "hub", "--to", "again")
    assert (again.exit_code, again.stdout.splitlines()[0][:14]) == (0, "0 files differ")
    assert verb("run", "small", "--backends", "toy,other", "--profile", "smoke", "--hub", "next").exit_code in (0, 1)
    assert '"status": "pass"' in (project / "next" / "small" / "checks" / "golden.json").read_text()


def test_the_page_shows_old_new_and_difference(verb: Verb, project: Path) -> None:
    verb("golden", "propose", "hub", "--to", "first")
    apply(project, "first")
    path = project / registry.FOLDER / TRAINED / "toy.npz"
    held = read_npz(path)
    held["picture"][2, 3] += np.float32(0.5)
    write_npz(path, **held)
    found = verb("golden", "propose", "hub", "--to", "second", "--case", "small")
    assert f"changed: {TRAINED / 'toy.npz'}" in found.stdout.splitlines()
    page = (project / "second" / "index.html").read_text()
    assert "<td>0.5</td>" in page
    for words in ("approved", "proposed", "difference"):
        assert f'alt="{words}"' in page
        assert (project / "second" / f"trained_smoke_small_toy-{words}.png").is_file()


def test_a_case_that_was_spoilt_on_purpose_is_left_out(verb: Verb, project: Path) -> None:
    options = ("--backends", "toy,other", "--profile", "smoke", "--override", "training.seed=4")
    verb("run", "small", *options, "--hub", "spoilt")
    found = verb("golden", "propose", "spoilt", "--to", "proposal")
    assert found.exit_code == 0
    assert "left out: small: was run with training.seed" in found.stderr


def test_what_cannot_be_proposed_is_one_sentence(verb: Verb, project: Path) -> None:
    (project / "taken").mkdir()
    (project / "taken" / "kept").write_text("kept")
    for arguments, words in ((("absent",), "is not a hub"), (("hub", "--to", "taken"), "is not empty")):
        found = verb("golden", "propose", *arguments)
        assert isinstance(found.exception, HarnessError)
        assert words in str(found.exception)
