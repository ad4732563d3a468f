"""The folder of a session: made once, never overwritten."""

import json
from pathlib import Path

import pytest

from harness import layout
from harness.errors import HarnessError
from harness.records.session import SessionRecord
from harness.session import hub

ASKED = SessionRecord(
    command="x", profile="smoke", backends=("tensorflow", "torch"), interpreters={}, overrides={}, device="cpu",
    store="on", timeout=None, budget=None, strict=False, fault=None, started=hub.utc_now(), finished=None,
    exit_status=None,
)  # fmt: skip


def test_named_after_the_time_and_never_the_same(tmp_path: Path) -> None:
    first, second = (hub.create(None, tmp_path / "reports", ASKED) for _ in range(2))
    assert first != second
    assert first.parent == tmp_path / "reports"
    assert first.name[10] == "T"
    assert first.name.endswith("Z")


def test_a_folder_that_holds_anything_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    with pytest.raises(HarnessError, match="is not empty"):
        hub.create(tmp_path, tmp_path, ASKED)
    assert (tmp_path / "file").read_text() == "kept"


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    assert hub.create(tmp_path, tmp_path, ASKED) == tmp_path
    session = hub.read_session(tmp_path)
    assert (session.finished, session.exit_status, session.command) == (None, None, "x")


def test_latest_is_the_newest_and_not_the_last_to_end(tmp_path: Path) -> None:
    older, newer = (tmp_path / f"2026-01-0{day}T000000Z" for day in (1, 2))
    for folder in (older, newer):
        folder.mkdir()
    for folder in (older, newer, older):
        hub.update_latest_link(folder)
    assert (tmp_path / "latest").resolve() == newer
    assert not (tmp_path / "latest").readlink().is_absolute()


def test_only_hubs_that_are_named_after_the_time_are_latest(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    hub.update_latest_link(tmp_path / "mine")
    assert not (tmp_path / "latest").exists()


def test_a_folder_that_is_no_hub(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="is not a hub"):
        hub.read_session(tmp_path)


@pytest.mark.parametrize("name", ["../away", "/etc", "a/b", ".hidden", "", "a\nb"])
def test_a_case_cannot_leave_its_hub(tmp_path: Path, name: str) -> None:
    with pytest.raises(HarnessError, match="letters, digits"):
        hub.case_folder(tmp_path, name)


def test_an_unused_hub_goes_away(tmp_path: Path) -> None:
    unused = hub.create(tmp_path / "unused", tmp_path, ASKED)
    assert hub.discard_if_unused(unused)
    assert not unused.exists()


def test_a_hub_with_a_case_stays(tmp_path: Path) -> None:
    used = hub.create(tmp_path / "used", tmp_path, ASKED)
    (used / "gs1").mkdir()
    (used / "gs1" / layout.CASE).write_text(json.dumps({"id": "gs1"}))
    assert not hub.discard_if_unused(used)
    assert used.exists()
