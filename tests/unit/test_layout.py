"""The files and folders of a hub are named in `harness/layout.py` and nowhere else in the harness."""

import ast
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from harness import layout

PACKAGE = Path(layout.__file__).parent
OWN_WORDS = {"layout.py", "repro_script.py"}
"""The one home of the names, and the script that lies in a hub and reads what lies beside it."""
FILES = [path for path in sorted(PACKAGE.rglob("*.py")) if path.name not in OWN_WORDS]
CONSTANTS = {value for name, value in vars(layout).items() if name.isupper() and isinstance(value, str)}
FILE_NAMES = {value for value in CONSTANTS if "." in value}
FOLDER_NAMES = CONSTANTS - FILE_NAMES


def literals(tree: ast.AST) -> Iterator[tuple[ast.Constant, ast.AST]]:
    """Every string that is no docstring, with what it stands in."""
    for parent in ast.walk(tree):
        for child in ast.iter_child_nodes(parent):
            if isinstance(child, ast.Constant) and isinstance(child.value, str) and not isinstance(parent, ast.Expr):
                yield child, parent


def names_a_template(literal: ast.Constant, parent: ast.AST) -> bool:
    """Whether a string is the template that is rendered, which may bear the name of what is made from it."""
    return (
        isinstance(parent, ast.Call) and ast.unparse(parent.func) == "templates.render" and literal in parent.args[:1]
    )


def names_a_file(text: str) -> bool:
    """Whether a string ends in such a name; one with a blank in it is prose, and may speak of files."""
    return len(text.split()) == 1 and PurePosixPath(text).name in FILE_NAMES


def makes_a_path(parent: ast.AST) -> bool:
    return isinstance(parent, ast.BinOp) or (isinstance(parent, ast.Call) and ast.unparse(parent.func) == "Path")


def wrong(source: str) -> list[str]:
    return [
        f"line {literal.lineno}: {literal.value!r}"
        for literal, parent in literals(ast.parse(source))
        if not names_a_template(literal, parent)
        if names_a_file(literal.value) or (literal.value in FOLDER_NAMES and makes_a_path(parent))
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_other_module_names_a_file_of_a_hub(path: Path) -> None:
    assert wrong(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        'folder / "setup.json"',
        'f"{side}/canvas.json"',
        'glob("*/jobs.json")',
        'case / "dataset"',
        'Path("lockstep", name)',
        'templates.render("case.md", to="summary.md")',
    ],
)
def test_a_name_that_stands_elsewhere_is_found(source: str) -> None:
    assert wrong(source)


def test_a_template_may_be_called_as_what_is_made_from_it() -> None:
    assert not wrong('templates.render("summary.md", case=case)')


@pytest.mark.parametrize("source", ['"""Writes `setup.json`."""', 'leg == "lockstep"', 'f"{hub}: has no jobs.json"'])
def test_prose_and_names_of_legs_are_free(source: str) -> None:
    assert not wrong(source)


def test_no_name_is_given_twice() -> None:
    names = [value for name, value in vars(layout).items() if name.isupper() and isinstance(value, str)]
    assert len(names) == len(set(names))


def test_it_stands_below_every_room() -> None:
    tree = ast.parse(Path(layout.__file__).read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
