"""What was planned and is gone, or was signed and is changed, is said by every verb that reads a hub or a bundle."""

import json
import os
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from harness.errors import HarnessError

Verb = Callable[..., Result]


@pytest.fixture
def copied(home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(home / "hub", tmp_path / "hub"))


def unfinish(root: Path) -> None:
    """Make a hub that of a killed session."""
    session = json.loads((root / "session.json").read_text())
    (root / "session.json").write_text(json.dumps({**session, "finished": None, "exit_status": None}))
    (root / "manifest.json").unlink()


def refusal(result: Result) -> str:
    assert isinstance(result.exception, HarnessError), result.output
    return str(result.exception)


def test_the_session_names_its_cases_and_their_rungs(home: Path) -> None:
    planned = json.loads((home / "hub" / "session.json").read_text())["planned"]
    assert list(planned) == ["small"]
    assert planned["small"] == json.loads((home / "hub" / "small" / "case.json").read_text())["rungs"]


@pytest.mark.parametrize("lost", ["small", "small/case.json"])
@pytest.mark.parametrize("is_older", [False, True])
def test_a_planned_case_that_is_gone_is_red(verb: Verb, copied: Path, lost: str, is_older: bool) -> None:
    path = copied / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    if is_older:  # hubs of earlier versions name their cases in summary.json alone
        session = json.loads((copied / "session.json").read_text())
        session.pop("planned")
        (copied / "session.json").write_text(json.dumps(session))
    result = verb("judge", str(copied))
    assert result.exit_code == 1
    assert "small  dataset " in result.stdout
    assert "small: was planned and is gone: there is no small/case.json" in result.stdout
    assert "small" in refusal(verb("report", str(copied)))
    (case,) = json.loads(verb("judge", str(copied), "--json").stdout)
    assert {rung["status"] for rung in case["rungs"]} == {"error"}
    assert len(case["rungs"]) > 10
    assert case["summary"] is None


def test_a_rung_that_was_planned_and_is_no_longer_in_the_case_is_red(verb: Verb, copied: Path) -> None:
    plan = json.loads((copied / "small" / "case.json").read_text())
    rungs = [rung for rung in plan["rungs"] if rung == "canvas"]
    (copied / "small" / "case.json").write_text(json.dumps({**plan, "rungs": rungs}))
    result = verb("judge", str(copied))
    assert result.exit_code == 1
    (case,) = json.loads(verb("judge", str(copied), "--json").stdout)
    assert {rung["rung"]: rung["status"] for rung in case["rungs"]}["dataset"] == "error"


def test_a_hub_without_any_case_is_not_judged(verb: Verb, copied: Path) -> None:
    shutil.rmtree(copied / "small")
    session = json.loads((copied / "session.json").read_text())
    (copied / "session.json").write_text(json.dumps({**session, "planned": {}}))
    (copied / "summary.json").unlink()
    assert "names no case: there is nothing to judge" in refusal(verb("judge", str(copied)))


@pytest.mark.parametrize("word", ["report", "bundle"])
def test_a_finished_hub_without_its_manifest_is_not_signed_again(
    verb: Verb, copied: Path, tmp_path: Path, word: str
) -> None:
    (copied / "manifest.json").unlink()
    (copied / "small" / "checks" / "stages.json").unlink()
    more = ("--to", str(tmp_path / "out.tar")) if word == "bundle" else ()
    result = verb(word, str(copied), *more)
    assert "has no manifest.json" in refusal(result)
    assert result.stderr == ""  # said once
    assert not (copied / "manifest.json").exists()


@pytest.mark.parametrize("words", [("judge",), ("history",), ("readme",), ("parity-log", "write")], ids=" ".join)
def test_what_is_read_of_a_hub_without_its_manifest_is_said_to_be_unverified(
    verb: Verb, copied: Path, words: tuple[str, ...], tmp_path: Path
) -> None:
    (copied / "manifest.json").unlink()
    to = ("--to", str(tmp_path / "log")) if words[0] in ("readme", "parity-log") else ()
    result = verb(*words, str(copied), *to)
    assert "has no manifest.json: nothing shows that its files are those of the session" in result.stderr


def plant(root: Path) -> None:
    (root / "small" / "toy" / "more.npz").write_text("planted")


def empty_the_manifest(root: Path) -> None:
    (root / "manifest.json").write_text('{"schema_version": "1.0", "files": []}')


def link(root: Path) -> None:
    path = root / "small" / "checks" / "loss.json"
    shutil.move(path, root.parent / "loss.json")
    path.symlink_to(root.parent / "loss.json")


def lose_the_checksums(root: Path) -> None:
    (root / "checksums.txt").unlink()


def empty_the_checksums(root: Path) -> None:
    (root / "checksums.txt").write_text("")


def add_a_pipe(root: Path) -> None:
    os.mkfifo(root / "small" / "pipe")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (plant, "small/toy/more.npz"),
        (empty_the_manifest, "environment.json"),
        (link, "small/checks/loss.json"),
        (lose_the_checksums, "checksums.txt"),
        (empty_the_checksums, "checksums.txt"),
        (add_a_pipe, "small/pipe"),
    ],
)
def test_a_hub_is_only_what_its_manifest_lists(
    verb: Verb, copied: Path, change: Callable[[Path], None], named: str
) -> None:
    change(copied)
    assert named in refusal(verb("report", str(copied)))


def test_the_report_of_a_killed_session_says_which_planned_case_is_gone(verb: Verb, copied: Path) -> None:
    unfinish(copied)
    shutil.rmtree(copied / "small")
    assert "small" in refusal(verb("report", str(copied)))
    assert not (copied / "manifest.json").exists()


@pytest.fixture
def received(verb: Verb, tmp_path: Path) -> Path:
    """An unpacked bundle."""
    assert verb("bundle", "hub", "--to", str(tmp_path / "one.tar")).exit_code == 0
    assert verb("verify", str(tmp_path / "one.tar"), "--to", str(tmp_path / "received")).exit_code == 0
    return tmp_path / "received"


@pytest.mark.parametrize("text", ["", "\n", "no digest  README.md\n", f"{'0' * 64}  ../outside\n"])
def test_checksums_that_say_nothing_verify_nothing(verb: Verb, received: Path, text: str) -> None:
    (received / "checksums.txt").write_text(text)
    assert "checksums.txt" in refusal(verb("verify", str(received)))


def test_a_folder_of_empty_checksums_alone_is_no_bundle(verb: Verb, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "checksums.txt").write_text("")
    assert "checksums.txt" in refusal(verb("verify", str(tmp_path / "made")))


@pytest.mark.parametrize("name", ["README.md", "inventory.json", "files/summary.md"])
def test_checksums_that_leave_a_file_out_are_found(verb: Verb, received: Path, name: str) -> None:
    path = received / "checksums.txt"
    path.write_text("".join(line for line in path.read_text().splitlines(True) if not line.endswith(f"  {name}\n")))
    (received / name).unlink()
    result = verb("verify", str(received))
    assert result.exit_code != 0
    assert name in (str(result.exception) + result.stdout)


def test_links_and_pipes_are_never_identical(verb: Verb, received: Path) -> None:
    summary = received / "files" / "summary.md"
    shutil.move(summary, received.parent / "summary.md")
    summary.symlink_to(received.parent / "summary.md")
    os.mkfifo(received / "files" / "pipe")
    (received / "files" / "nowhere").symlink_to("absent")
    (received / "files" / "folder").symlink_to("/usr", target_is_directory=True)
    result = verb("verify", str(received))
    assert result.exit_code == 1
    assert result.stdout.splitlines()[1:] == [
        "changed: files/summary.md",
        "extra: files/folder",
        "extra: files/nowhere",
        "extra: files/pipe",
    ]


def test_a_member_that_is_there_twice_is_refused(verb: Verb, received: Path) -> None:
    packed = received.parent / "one.tar"
    with tarfile.open(packed, "a") as archive:
        archive.add(received / "README.md", "README.md")
    assert "README.md" in refusal(verb("verify", str(packed)))


def test_what_cannot_be_packed_is_said(verb: Verb, tmp_path: Path) -> None:
    held = tmp_path / "held"
    held.mkdir()
    (held / "one.txt").write_text("one")
    (held / "linked.npz").symlink_to("/usr/share/data.npz")
    os.mkfifo(held / "pipe")
    result = verb("bundle", str(held), "--to", str(tmp_path / "held.tar"))
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1:] == ["left out: linked.npz, no plain file", "left out: pipe, no plain file"]


@pytest.mark.parametrize("words", [("run", "geometry.offset-sign"), ("sensitivity", "scale.off")], ids=" ".join)
def test_faults_are_not_tried_for_a_hub_that_would_be_refused(
    verb: Verb, copied: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    (copied / "manifest.json").unlink()
    monkeypatch.setattr("harness.session.trials.Trials.__init__", lambda *_: pytest.fail("a trial was begun"))
    assert "has no manifest.json" in refusal(verb("faults", *words, "--hub", str(copied)))


def test_a_side_that_is_none_of_the_two_is_refused(verb: Verb) -> None:
    assert "--side: found 'jax'; allowed: tensorflow, torch" in refusal(
        verb("faults", "sensitivity", "scale.off", "--side", "jax")
    )


@pytest.mark.parametrize(("key", "names"), [("backends", ["toy", "../../../X"]), ("rungs", ["../../X"])])
def test_a_plan_whose_names_leave_the_hub_is_refused(verb: Verb, copied: Path, key: str, names: list[str]) -> None:
    plan = json.loads((copied / "small" / "case.json").read_text())
    (copied / "small" / "case.json").write_text(json.dumps({**plan, key: names}))
    unfinish(copied)
    for word in ("judge", "report"):
        assert f"{key}" in refusal(verb(word, str(copied)))


@pytest.mark.parametrize("held", ["3", "[1]", '{"slope": null}', "{"])
def test_reasons_of_another_shape_are_no_evidence(verb: Verb, home: Path, tmp_path: Path, held: str) -> None:
    hub = Path(shutil.copytree(home / "hub", tmp_path / "hub"))
    for path in hub.glob("small/*/*/missing.json"):
        path.write_text(held)
    result = verb("judge", str(hub))
    assert result.exit_code == 1, repr(result.exception)
    assert "missing.json" in verb("judge", str(hub), "--json").stdout
