"""`pytest` alone in this repository: what it selects, and that any selection of the user's is left as it is."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import alone

ROOT = Path(__file__).parents[2]


def collected(*arguments: str) -> tuple[list[str], str]:
    """Ids of the tests that a session would run, and all that it prints."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return re.findall(r"^tests/\S+.*$", done.stdout, re.MULTILINE), done.stdout


@pytest.mark.slow
def test_alone_it_runs_what_is_fast_and_one_smoke_case_and_says_what_there_is_besides() -> None:
    found, said = collected()
    ladder = [name for name in found if name.startswith("tests/parity/")]
    assert len(ladder) > 10
    assert all(name.endswith("[gs1_custom]") and "test_ensemble" not in name for name in ladder)
    assert {name.split("/")[1] for name in found} == {"parity", "unit"}
    assert any(name.startswith("tests/unit/physics/") for name in found)
    assert not any(name.startswith(("tests/unit/plugin/", "tests/unit/run/", "tests/golden/")) for name in found)
    for words in ("pytest tests/unit", "pytest -m parity", "pytest -m faults", "pytest -m golden"):
        assert words in said


@pytest.mark.parametrize(
    "arguments",
    [("tests/unit/session",), ("tests/unit/session", "-k", "hub"), ("tests/parity", "--parity-profile", "smoke")],
)
def test_a_path_an_expression_or_an_option_means_what_it_means(arguments: tuple[str, ...]) -> None:
    found, said = collected(*arguments)
    assert found
    assert all(name.startswith(arguments[0]) for name in found)
    assert "besides: " not in said


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [("-m", "golden"), ("-k", "test_canvas and gs2_custom")])
def test_an_expression_alone_selects_from_everything(arguments: tuple[str, ...]) -> None:
    found, said = collected(*arguments)
    assert found
    assert "besides: " not in said
    assert any(name.startswith("tests/golden/") or name.endswith("[gs2_custom]") for name in found)


@pytest.mark.parametrize(
    ("markexpr", "left_out"),
    {"parity": True, "parity and lockstep": True, "parity or faults": False, "not parity": False, "": False}.items(),
)
def test_where_rungs_alone_are_asked_for_no_other_file_is_read(markexpr: str, left_out: bool) -> None:
    other, ladder = (alone.TESTS / folder / "test_any.py" for folder in ("golden", alone.LADDER))
    assert alone.holds_no_rung(other, markexpr) == left_out
    assert not alone.holds_no_rung(ladder, markexpr)
    assert not alone.holds_no_rung(alone.TESTS, markexpr)


def test_no_file_in_another_folder_is_a_part_of_the_ladder() -> None:
    for path in alone.TESTS.rglob("test_*.py"):
        if path.parent.name != alone.LADDER:
            named = {
                ast.unparse(node) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)
            }
            assert "pytest.mark.parity" not in named, path
            assert "from ptycho_parity.ladder import *" not in path.read_text().splitlines(), path
