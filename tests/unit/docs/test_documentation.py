"""What the documentation names is there: targets of links, files, verbs, options, markers, environments of tox."""

import configparser
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest
import typer
from markdown_it import MarkdownIt
from markdown_it.token import Token
from typer.core import TyperGroup

from harness.cli.app import app
from harness.plugin.expansion import MARKERS
from harness.session.options import OPTIONS, Option

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
INIT = ROOT / "harness" / "templates" / "init"
FILE = re.compile(r"(?:benchmarks|docs|harness|scenarios|tests)/[\w./-]*")
END = re.compile(r"\s{2,}|\s#|&&|;")
"""Where a command ends in its line: an explanation, a comment, or the next command."""
VERBS = typer.main.get_command(app)
assert isinstance(VERBS, TyperGroup)


@dataclass(frozen=True)
class Page:
    """One Markdown file."""

    path: Path

    @cached_property
    def tokens(self) -> list[Token]:
        """All tokens, those within a line as well."""
        blocks = MarkdownIt("commonmark").enable("table").parse(self.path.read_text(encoding="utf-8"))
        return [token for block in blocks for token in (block, *(block.children or []))]

    @property
    def links(self) -> list[str]:
        """Targets of links and pictures."""
        found = [token.attrGet("href") or token.attrGet("src") for token in self.tokens]
        return [unquote(str(target)) for target in found if target]

    @property
    def anchors(self) -> set[str]:
        """What the headings are called in an address, as GitHub makes it."""
        headings = [inline.content for opening, inline in pairwise(self.tokens) if opening.type == "heading_open"]
        return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}

    @property
    def code(self) -> Iterator[str]:
        """Code within a line, and every line of a block of code."""
        for token in self.tokens:
            if token.type == "code_inline":
                yield token.content
            elif token.type in ("fence", "code_block"):
                yield from token.content.splitlines()

    def commands(self, program: str) -> Iterator[list[str]]:
        """The words behind a program's name, without the brackets round what may be left out."""
        for text in self.code:
            for found in re.finditer(rf"(?:^|[\s/]){re.escape(program)} (?=\S)", text):
                yield shlex.split(re.sub(r"[\[\]]", "", END.split(text[found.end() :], maxsplit=1)[0]))


def options_of(words: list[str]) -> set[str]:
    return {word.partition("=")[0] for word in words if re.match(r"--\w", word)}


@pytest.fixture(params=PAGES, ids=lambda path: path.stem)
def page(request: pytest.FixtureRequest) -> Page:
    return Page(request.param)


@pytest.fixture(scope="module")
def options_of_pytest() -> set[str]:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(re.findall(r"(?<![\w-])--[\w-]+", done.stdout))


def test_links_lead_somewhere(page: Page) -> None:
    for link in page.links:
        if re.match(r"\w+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = page.path.parent / name if name else page.path
        assert target.exists(), link
        assert not anchor or anchor in Page(target).anchors, link


def test_files_are_there(page: Page) -> None:
    unknown = [name for name in page.code if FILE.fullmatch(name) and not (ROOT / name).exists()]
    assert [name for name in unknown if not (INIT / f"{name.replace('/', '__')}.txt").exists()] == []


def test_verbs_and_their_options_exist(page: Page) -> None:
    for words in page.commands("python -m harness"):
        if words[0] == "VERB":
            continue
        command = VERBS.commands.get(words[0])
        if isinstance(command, TyperGroup):
            command = command.commands.get(words[1])
        assert command is not None, words
        known = {name for parameter in command.params for name in parameter.opts}
        assert options_of(words) <= known | {"--help"}, words


def test_options_of_the_suite_exist(page: Page) -> None:
    named = set(re.findall(r"--parity-[a-z][a-z-]*", page.path.read_text(encoding="utf-8")))
    assert named <= {option.flag for option in OPTIONS}


def test_commands_of_pytest_have_options_and_markers_that_exist(page: Page, options_of_pytest: set[str]) -> None:
    for words in page.commands("pytest"):
        assert options_of(words) <= options_of_pytest, words
        expressions = [after for word, after in pairwise(words) if word == "-m"]
        markers = {name for text in expressions for name in re.findall(r"\w+", text)} - {"and", "or", "not"}
        assert markers <= set(MARKERS), words


def test_benchmarks_have_the_options(page: Page) -> None:
    for program, *words in page.commands("python"):
        if program.startswith("benchmarks/"):
            text = (ROOT / program).read_text(encoding="utf-8")
            assert [option for option in options_of(words) if f'"{option}"' not in text] == [], words


def test_environments_of_tox_and_extras_exist(page: Page) -> None:
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini", encoding="utf-8")
    names = {name.removeprefix("testenv:") for name in tox.sections()}
    names |= {name.strip() for name in tox["tox"]["env_list"].split(",")}
    labels = {line.split("=")[0].strip() for line in tox["tox"]["labels"].split("\n") if line}
    for words in page.commands("tox"):
        for word, after in pairwise(words):
            asked = set(after.split(","))
            assert word != "-e" or asked <= names, words
            assert word != "-m" or asked <= labels, words
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for text in page.code:
        for found in re.findall(r"(?:\.|ptycho-parity)\[([\w,]+)\]", text):
            assert set(found.split(",")) <= set(extras), text


def row_of(option: Option) -> tuple[str, str, str]:
    """How the documentation writes an option: what is typed, its name in the ini file, and what holds without it."""
    typed = f"{option.flag} {option.metavar}".strip().replace("|", "\\|")
    default = option.default or option.otherwise or ("off" if option.kind == "flag" else "none")
    return f"`{typed}`{' (repeatable)' if option.is_list else ''}", f"`{option.ini}`", default


def test_the_table_of_options_is_that_of_the_program() -> None:
    lines = (ROOT / "docs" / "options.md").read_text(encoding="utf-8").splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| `--parity-")]
    found = [(typed, ini, default.replace("`", "")) for typed, ini, _, default in rows]
    assert found == [row_of(option) for option in OPTIONS]
    assert all(option.environment in meaning for option, (_, _, meaning, _) in zip(OPTIONS, rows, strict=True))


def test_every_verb_is_documented() -> None:
    text = (ROOT / "docs" / "options.md").read_text(encoding="utf-8")
    verbs = {word for line in text.splitlines() if line.startswith("| `") for word in re.findall(r"`([a-z-]+)", line)}
    assert set(VERBS.commands) <= verbs
