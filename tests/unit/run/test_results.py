"""What comes from the store into the folder of a case."""

from pathlib import Path

import pytest

from harness.files import write_text
from harness.run.checksums import write_checksums
from harness.run.results import copy_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A finished folder of two files and a log."""
    folder = tmp_path / "stored"
    for name in ("replay/weights.npz", "replay/unbroken.npz", "worker.log"):
        write_text(folder / name, name)
    write_checksums(folder, kind="replay", key="k", made_from={})
    return folder


def test_all_files_are_copied_but_those_that_are_left_out(folder: Path, tmp_path: Path) -> None:
    copy_files(folder, tmp_path / "side", leave_out=("replay/unbroken.npz",))
    found = {path.relative_to(tmp_path / "side").as_posix() for path in (tmp_path / "side").rglob("*.*")}
    assert found == {"replay/weights.npz", "cli/worker.log"}


def test_what_was_left_out_is_copied_when_it_is_asked_for_later(folder: Path, tmp_path: Path) -> None:
    copy_files(folder, tmp_path / "side", leave_out=("replay/unbroken.npz",))
    copy_files(folder, tmp_path / "side")
    assert (tmp_path / "side" / "replay" / "unbroken.npz").read_text() == "replay/unbroken.npz"
    assert (tmp_path / "side" / "cli" / "worker.log").read_text().count("worker.log") == 1
