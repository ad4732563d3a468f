"""What a user keeps in the environment stays out of all that is written; what others wrote is not raw on a terminal."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from harness.errors import HarnessError

Verb = Callable[..., Result]
ROOT = Path(__file__).parents[3]
SECRET = "hunter2-is-not-to-be-written"
ESCAPE = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e"
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize("words", [("run", "small", "--backends", "toy,other"), ("train", "small", "--backend", "toy")])
def test_no_secret_of_the_environment_is_written(
    verb: Verb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    for name in ("TF_ACCESS_KEY", "NVIDIA_APIKEY", "TORCH_LICENCE", "KERAS_PIN", "PARITY_PASS", "CUDA_PAT"):
        monkeypatch.setenv(name, SECRET)
    to = "--hub" if words[0] == "run" else "--to"
    verb(*words, to, str(tmp_path / "made"), "--store", str(tmp_path / "store"))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 20
    assert [path for path in files if SECRET.encode() in path.read_bytes()] == []


def test_an_error_shows_no_control_characters(home: Path) -> None:
    words = ["explain", f"absent{ESCAPE}"]
    done = subprocess.run(
        [sys.executable, "-m", "harness", *words], cwd=home, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 2
    assert not RAW.search(done.stderr)
    assert "absent\\x1b]0;owned\\x07" in done.stderr


def test_a_name_in_a_bundle_shows_no_control_characters(verb: Verb, tmp_path: Path) -> None:
    verb("bundle", "hub", "--to", str(tmp_path / "one.tar"))
    verb("verify", str(tmp_path / "one.tar"), "--to", str(tmp_path / "there"))
    (tmp_path / "there" / "files" / f"odd{ESCAPE}\nchanged: nothing").write_text("")
    result = verb("verify", str(tmp_path / "there"))
    assert not RAW.search(result.stdout)
    assert len(result.stdout.splitlines()) == 2
    assert "extra: files/odd\\x1b]0;owned" in result.stdout


def test_a_name_in_a_folder_shows_no_control_characters(verb: Verb, tmp_path: Path) -> None:
    (tmp_path / f"odd{ESCAPE}.npz").write_text("no arrays")
    result = verb("manifest", str(tmp_path))
    assert not RAW.search(result.stdout + result.stderr)


def test_what_a_port_raised_shows_no_control_characters(verb: Verb, home: Path, tmp_path: Path) -> None:
    """`judge` and `report` print what stands in a hub of someone else."""
    import json
    import shutil

    copy = Path(shutil.copytree(home / "hub", tmp_path / "hub"))
    (copy / "small" / "prepared.json").write_text(
        json.dumps({"status": "error", "reason": f"toy: {ESCAPE}", "late": False})
    )
    session = json.loads((copy / "session.json").read_text())
    (copy / "session.json").write_text(json.dumps({**session, "finished": None}))
    (copy / "manifest.json").unlink()
    for path in (copy / "small" / "checks").glob("*.json"):
        verdict = json.loads(path.read_text())
        for check in verdict["checks"]:
            check["message"] = ESCAPE
        path.write_text(json.dumps(verdict))
    for words in (("judge",), ("report",), ("history",)):
        result = verb(*words, str(copy))
        assert not isinstance(result.exception, HarnessError)
        assert not RAW.search(result.stdout + result.stderr), words


def test_other_characters_stay_as_they_are() -> None:
    from harness.formatting import printable

    assert printable("a\tb\nc") == "a\tb\nc"
    assert printable(ESCAPE) == "\\x1b]0;owned\\x07\\x1b[2J\\x9b31m\\u202e"
    assert printable("µ 中 ✓ \ud800") == "µ 中 ✓ \\ud800"
