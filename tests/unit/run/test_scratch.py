"""Temporary folders: those of the living stay, those of the dead go with the next one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.run import family
from harness.run.scratch import temporary_folder

HOLDER = """
import sys, time
from pathlib import Path
from harness.run.scratch import temporary_folder
with temporary_folder(Path(sys.argv[1])) as folder:
    (folder / "file").touch()
    print(folder, flush=True)
    time.sleep(60)
"""


def test_it_goes_with_its_block_even_after_an_error(tmp_path: Path) -> None:
    def fail() -> None:
        with temporary_folder(tmp_path) as folder:
            (folder / "file").touch()
            assert folder.stat().st_mode & 0o77 == 0
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_that_of_a_dead_process_goes_with_the_next_one_and_that_of_a_living_one_stays(
    tmp_path: Path, wait_until_gone
) -> None:
    for name in ("ptycho-parity-results", "ptycho-parity-0123abcd", "other"):  # of a user, by chance of such a name
        (tmp_path / name).mkdir()
    (tmp_path / "other.lock").touch()
    users = set(tmp_path.iterdir())
    with (
        subprocess.Popen([sys.executable, "-c", HOLDER, tmp_path], stdout=subprocess.PIPE, text=True) as holder,
        temporary_folder(tmp_path) as own,
    ):
        assert holder.stdout is not None
        theirs = Path(holder.stdout.readline().strip())
        left_behind = subprocess.Popen(["sleep", "60"], env={**os.environ, **family.variables(theirs)})
        with temporary_folder(tmp_path):
            assert theirs.is_dir()
        holder.kill()
        holder.wait()
        assert theirs.is_dir()
        with temporary_folder(tmp_path):
            assert not theirs.exists()
            assert own.is_dir()
        assert left_behind.wait(5) == -9
    assert set(tmp_path.iterdir()) == users


def test_where_no_other_program_is_what_a_late_process_made_again_goes_too(tmp_path: Path) -> None:
    (tmp_path / "ptycho-parity-0123abcd" / "output").mkdir(parents=True)
    with temporary_folder(tmp_path, owned=True) as own, temporary_folder(tmp_path, owned=True) as second:
        assert {path.stem for path in tmp_path.iterdir()} == {own.name, second.name}
