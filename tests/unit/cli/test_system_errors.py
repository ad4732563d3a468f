"""What the operating system refuses is one sentence with the path and what to do, whatever verb it stops."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from harness.errors import HarnessError

Verb = Callable[..., Result]


def refusal(result: Result) -> str:
    assert isinstance(result.exception, HarnessError), repr(result.exception)
    sentence = str(result.exception)
    assert "\n" not in sentence
    return sentence


LONG = "x" * 300


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("run", "small", "--hub", "/proc/hub"), "/proc/hub"),
        (("run", "small", "--hub", LONG), "File name too long"),
        (("run", "small", "--hub", "output.txt"), "output.txt"),
        (("run", "small", "--hub", "output.txt/hub"), "output.txt"),
        (("simulate", "small", "--to", "/proc/steps"), "/proc"),
        (("simulate", "small", "--to", "output.txt"), "output.txt"),
        (("train", "small", "--backend", "toy", "--to", LONG), "File name too long"),
        (("manifest", "hub", "--to", "output.txt"), "output.txt"),
        (("manifest", "hub", "--to", "/proc/x"), "/proc/x"),
        (("readme", "hub", "--to", "scenarios"), "scenarios"),
        (("readme", "hub", "--to", "/proc/x"), "/proc"),
        (("bundle", "hub", "--to", "/proc/one.tar"), "/proc"),
        (("bundle", "hub", "--to", f"{LONG}.tar"), "File name too long"),
        (("judge", LONG), "File name too long"),
        (("report", LONG), "File name too long"),
        (("verify", LONG), "File name too long"),
        (("init", "output.txt"), "output.txt"),
        (("parity-log", "write", "hub", "--to", "output.txt"), "output.txt"),
        (("calibrate", "small", "--backends", "toy,other", "--into", "/proc/x"), "/proc/x"),
        (("import", "hub/small/dataset/data.npz", "--to", "/proc/x.npz"), "/proc"),
    ],
    ids=lambda value: " ".join(value)[:50] if isinstance(value, tuple) else "",
)
def test_what_cannot_be_written_or_read_is_one_sentence(verb: Verb, words: tuple[str, ...], why: str) -> None:
    assert why in refusal(verb(*words))


@pytest.mark.parametrize(
    ("number", "advice"),
    [(errno.ENOSPC, "free some"), (errno.EROFS, "may be written"), (errno.EACCES, "may be"), (errno.EMFILE, "ulimit")],
)
def test_a_full_disk_or_a_read_only_folder_ends_no_verb_in_a_traceback(
    verb: Verb, monkeypatch: pytest.MonkeyPatch, number: int, advice: str, tmp_path: Path
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("harness.files.tempfile.mkstemp", refuse)
    sentence = refusal(verb("simulate", "small", "--to", str(tmp_path)))
    assert os.strerror(number) in sentence
    assert advice in sentence


def test_too_little_memory_is_said(verb: Verb, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise MemoryError("Unable to allocate 7.28 TiB for an array")

    monkeypatch.setattr("harness.cli.listing.Request.from_texts", refuse)
    assert "7.28 TiB" in refusal(verb("list"))


def test_a_reader_that_goes_away_is_no_error(home: Path) -> None:
    """`judge HUB | head -1` closes the pipe; nothing is said of it."""
    line = f"{sys.executable} -m harness judge hub --json | head -1"
    done = subprocess.run(["bash", "-c", line], cwd=home, capture_output=True, text=True, check=False)
    assert "error" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_full_disk_in_a_case_is_the_error_of_that_case(
    verb: Verb, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("harness.session.case_runner.run_case", refuse)
    result = verb("run", "small", "--backends", "toy,other", "--hub", str(tmp_path / "hub"))
    assert result.exit_code == 1
    assert "small: ERROR" in result.stdout
    assert "No space left on device; free some space" in result.stdout
