"""Reading one YAML file as plain data, with the line number of every key.

Only what YAML 1.2 calls plain data is accepted: mappings with unique keys, lists, text, finite numbers,
true, false and null. Tags are refused, so nothing is ever constructed; aliases are refused too, so a
small file cannot unfold into a huge one.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from harness.errors import HarnessError
from harness.pipes import require_no_pipe

COMMAND_LINE = "command line"
_PLAIN = {f"tag:yaml.org,2002:{name}" for name in ("map", "seq", "str", "int", "float", "bool", "null")}

_DAY = "tag:yaml.org,2002:timestamp"


@dataclass(frozen=True)
class Place:
    """Where a value was set: a line of a file, or the command line (`path` None)."""

    path: Path | None = None
    line: int | None = None

    def __str__(self) -> str:
        """File and line for an error message, relative to the working directory if the file is below it."""
        return self._with_line(str(relative(self.path))) if self.path else COMMAND_LINE

    @property
    def label(self) -> str:
        """`FOLDER/FILE:LINE` for the origin of a value: without the folders above, the same on every machine."""
        return self._with_line(f"{self.path.parent.name}/{self.path.name}") if self.path else COMMAND_LINE

    def _with_line(self, text: str) -> str:
        return text if self.line is None else f"{text}:{self.line}"


@dataclass(frozen=True)
class Source:
    """The content of one YAML text; `lines` maps dotted keys to line numbers, which start at 1."""

    path: Path | None
    value: Any
    lines: dict[str, int]

    def place(self, key: str) -> Place:
        """Place of a dotted key; without a line number if the file does not have the key."""
        return Place(self.path, self.lines.get(key))


def relative(path: Path) -> Path:
    """Path relative to the working directory if it is below it, else the path itself."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def read(path: Path) -> Source:
    """Read one YAML file; raises HarnessError with file and line if it cannot be read or is no plain data."""
    try:
        text = require_no_pipe(path).read_text(encoding="utf-8")
    except OSError as error:
        raise HarnessError(f"{relative(path)}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise HarnessError(f"{relative(path)}: is not UTF-8 text ({error.reason}).") from error
    return parse(text, path)


def quoted(text: str) -> str:
    """`text` as a double-quoted scalar of YAML, on one line."""
    plain = (sign if sign.isprintable() and sign not in '"\\' else f"\\U{ord(sign):08x}" for sign in text)
    return f'"{"".join(plain)}"'


def has_comment(text: str) -> bool:
    """Whether YAML reads a part of `text` as a comment; the text must be one that `parse` reads."""
    tokens = list(YAML(typ="safe", pure=True).scan(text))
    return any("#" in between for between in _between(text, tokens))


def _between(text: str, tokens: list[Any]) -> Iterator[str]:
    """The parts of `text` that belong to none of its tokens."""
    end = 0
    for token in tokens:
        yield text[end : token.start_mark.index]
        end = max(end, token.end_mark.index)


def parse(text: str, path: Path | None = None) -> Source:
    """Parse one YAML text; `path` is named in errors, None stands for the command line."""
    lines: dict[str, int] = {}
    if directive := re.search(r"^%.*", text, re.MULTILINE):
        raise HarnessError(f'{Place(path)}: found "{directive[0]}", allowed: YAML 1.2 without directives.')
    try:
        node = YAML(typ="safe", pure=True).compose(text)
        value = None if node is None else _Walk(path, lines).value(node, "")
    except YAMLError as error:
        raise HarnessError(_sentence(error, path)) from error
    except RecursionError as error:
        raise HarnessError(f"{Place(path)}: is nested too deeply.") from error
    return Source(path, value, lines)


def _sentence(error: YAMLError, path: Path | None) -> str:
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "broken"
    line = mark.line + 1 if mark is not None and path is not None else None
    return f"{Place(path, line)}: is not YAML ({reason.splitlines()[0].strip()})."


class _Walk:
    """Converts the nodes of a YAML document to plain values and records the line of every key."""

    def __init__(self, path: Path | None, lines: dict[str, int]) -> None:
        self._path = path
        self._lines = lines
        self._seen: set[int] = set()
        self._construct = YAML(typ="safe", pure=True).constructor.construct_object

    def value(self, node: Node, key: str) -> Any:
        if id(node) in self._seen:
            raise self._error(node, key, "found an alias, allowed: the value itself")
        self._seen.add(id(node))
        if node.tag == _DAY:
            return str(node.value)  # YAML 1.2 has no days: 2027-06-30 is text
        if node.tag not in _PLAIN:
            raise self._error(node, key, f"found the tag {node.tag}, allowed: plain data (put text in quotes)")
        if isinstance(node, MappingNode):
            return self._mapping(node, key)
        if isinstance(node, SequenceNode):
            return [self.value(item, key) for item in node.value]
        return self._scalar(node, key)

    def _mapping(self, node: MappingNode, prefix: str) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                raise self._error(key_node, prefix, "found a key that is a list or a mapping, allowed: text")
            name = str(key_node.value)
            key = f"{prefix}.{name}" if prefix else name
            if name in result:
                raise self._error(key_node, key, f"found again after line {self._lines[key]}, allowed: once")
            self._lines[key] = key_node.start_mark.line + 1
            result[name] = self.value(value_node, key)
        return result

    def _scalar(self, node: Node, key: str) -> Any:
        try:
            value = self._construct(node)
        except (ValueError, LookupError) as error:
            raise self._error(node, key, f'found "{node.value[:20]}", allowed: a value that YAML can read') from error
        if isinstance(value, float) and not math.isfinite(value):
            raise self._error(node, key, f"found {node.value}, allowed: finite number")
        return value

    def _error(self, node: Node, key: str, problem: str) -> HarnessError:
        place = Place(self._path, node.start_mark.line + 1) if self._path else Place()
        return HarnessError(f"{place}: {key}: {problem}." if key else f"{place}: {problem}.")
