"""A branch against main: a project with a pair of commands, one of which was edited since the commit."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

AGAINST, PAIR = ("harness", "against"), ("--backends", "first,second")
Words = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.slow
def test_what_became_of_two_commands(committed_pair: Path, python_in_pair: Words) -> None:
    edited = committed_pair / "scenarios/second.py"
    edited.write_text(edited.read_text().replace(".sum()", ".sum() * 1.5"))
    done = python_in_pair(*AGAINST, "main", "-k", "one and (patches or reconstruction)", *PAIR)
    told = done.stdout[done.stdout.index("main -> here") :].splitlines()
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.match(r"worse: one, patches: \w+.* -> fail", told[1])
    assert "first: its code is that of main" in told
    assert any(line.startswith("second, one: FAIL: ") for line in told), told
    assert told[-1].startswith("written: ")
    status = subprocess.run(
        ["git", "status", "--porcelain"], cwd=committed_pair, capture_output=True, text=True, check=True
    )
    assert status.stdout == " M scenarios/second.py\n"


@pytest.mark.slow
def test_a_branch_that_changes_nothing(committed_pair: Path, python_in_pair: Words) -> None:
    done = python_in_pair(*AGAINST, "HEAD", "-k", "one and patches", *PAIR)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "stayed: one" in done.stdout
    assert "second: its code is that of HEAD" in done.stdout


def test_no_case_is_selected(committed_pair: Path, python_in_pair: Words) -> None:
    done = python_in_pair(*AGAINST, "main", "-k", "nothing", *PAIR)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "-k nothing: selects no case.")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("gone", *PAIR), "error: --parity-backends: first@gone: gone: is no revision of"),
        (("main", "--backends", "first@main,second"), "found first@main; allowed: backends alone, such as first"),
        (("gone",), "tensorflow@gone: gone: is no revision of"),
    ],
)
def test_one_sentence(python_in_pair: Words, words: tuple[str, ...], sentence: str) -> None:
    done = python_in_pair(*AGAINST, *words)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
