"""`golden why`: whether a result is another one because of our code or because of the libraries."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.judge.verdict import Check
from harness.records.verdict import Status
from harness.session.golden.staleness import Corner, Square

Words = Callable[..., "subprocess.CompletedProcess[str]"]
RUNG = ("-q", "-m", "parity", "-k", "golden", "--parity-profile=smoke", "--parity-backends=first,second")
OLD = "torch was approved in another environment: numpy 2.3.0, now 2.4.6"


def corner(is_other: bool | None, versions: str = "") -> Corner:
    def checks() -> Iterator[Check]:
        if versions:
            yield Check("golden", "torch.environment", "inconclusive", None, None, None, "contract", versions)
        status: Status = "error" if is_other is None else "fail" if is_other else "pass"
        margin = None if is_other is None else -1.0 if is_other else 0.5
        yield Check("golden", "torch.scale", status, 0.2, 0.1, margin, "ledger", "torch: scale, difference: 0.2")

    return Corner(tuple(checks()))


@pytest.mark.parametrize(
    ("then", "now", "old_then", "old_now", "cause"),
    [
        (False, False, False, False, "not stale"),
        (None, False, None, None, "not stale"),
        (False, True, False, True, "our code"),
        (True, True, False, False, "the libraries"),
        (True, True, False, True, "our code and the libraries, each of them alone"),
        (False, True, False, False, "our code and the libraries together, neither of them alone"),
        (True, True, True, True, "neither our code nor the libraries: *"),
        (False, True, True, True, "neither our code nor the libraries: *"),
        (None, True, False, True, "cannot be told"),
        (False, None, False, False, "cannot be told"),
    ],
)
def test_what_the_four_corners_say(
    then: bool | None, now: bool | None, old_then: bool | None, old_now: bool | None, cause: str
) -> None:
    found = Square("one", "torch", "1a2b3c4", *map(corner, (then, now, old_then, old_now))).cause
    assert found.startswith(cause[:-1]) if cause.endswith("*") else found == cause


@pytest.mark.parametrize(("then", "cause"), [(False, "our code"), (True, "not our code, or not alone")])
def test_without_the_old_python_only_our_code_is_told(then: bool, cause: str) -> None:
    assert Square("one", "torch", "1a2b3c4", corner(then), corner(True)).cause == cause


def test_the_line() -> None:
    line = Square("one", "torch", "1a2b3c4", corner(True), corner(True), corner(False), corner(False, OLD)).line()
    assert line == (
        "one, torch: the libraries; code of 1a2b3c4: another result, in the other Python as approved; "
        "code of today: another result, in the other Python as approved; torch: scale, difference: 0.2; "
        "this Python has the versions of the approval"
    )
    line = Square("one", "torch", "1a2b3c4", corner(None), corner(False), corner(False, OLD), corner(False)).line()
    assert "code of 1a2b3c4: not judged: torch: scale" in line
    assert line.endswith(f"; the other Python is none of the approval: {OLD}")


@pytest.fixture
def with_a_picture(committed_pair: Path) -> Path:
    """The pair, whose commands reconstruct a texture: what has no contrast cannot be approved."""
    for script in (committed_pair / "scenarios").glob("*.py"):
        text = script.read_text()
        text = text.replace("np.full((240, 240), level, complex)", "level * (1 + np.indices((240, 240)).sum(0) % 7)")
        text = text.replace('np.full(data["diff3d"].shape, level, complex)', 'level * (1 + data["diff3d"]) + 0j')
        script.write_text(text.replace("canvas=canvas", "canvas=canvas + 0j"))
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qam", "A texture"]
    subprocess.run(command, cwd=committed_pair, check=True)
    return committed_pair


@pytest.mark.slow
def test_an_edit_since_the_approval(with_a_picture: Path, python_in_pair: Words) -> None:
    approved = python_in_pair("pytest", *RUNG, "--golden-update=one")
    assert "1 passed" in approved.stdout, approved.stdout
    registry = json.loads((with_a_picture / "tests/golden/registry.json").read_text())
    commit = registry["trained/smoke/one/second.json"]["commit"][:7]
    edited = with_a_picture / "scenarios/second.py"
    edited.write_text(edited.read_text().replace(".sum()", ".sum() * 1.5"))
    done = python_in_pair("harness", "golden", "why", "one")
    first, second = done.stdout.splitlines()[-2:]
    assert done.returncode == 1, done.stdout + done.stderr
    assert first == f"one, first: not stale; code of {commit}: as approved; code of today: as approved"
    assert second.startswith(
        f"one, second: our code; code of {commit}: as approved; code of today: another result; second: "
    )
    assert second.endswith("; this Python has the versions of the approval")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nosuch",), "nosuch: is no scenario; there are one."),
        (("one",), "one: no result is approved for the profile smoke."),
    ],
)
def test_one_sentence(python_in_pair: Words, words: tuple[str, ...], sentence: str) -> None:
    done = python_in_pair("harness", "golden", "why", *words)
    assert (done.returncode, done.stderr.strip()) == (2, f"error: {sentence}")
