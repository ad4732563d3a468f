"""Pages and notes from the templates beside this file: HTML and SVG, where every text is escaped, and Markdown."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import formatting

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent
ARROWS = {"worse": "▼", "better": "▲", "changed": "◆", "": ""}
"""What became of a figure, in one character, so that it is read without colour."""


def render(template: str, /, **context: Any) -> str:
    """The text of a template, whose name ends in `.html`, `.svg` or `.md`, with the values that it asks for.

    Raises jinja2.UndefinedError when it asks for one that is not given.
    """
    return _environment(is_markdown=template.endswith(".md")).get_template(template).render(**context)


@cache
def _environment(is_markdown: bool) -> "Environment":
    from jinja2 import (
        Environment,
        FileSystemLoader,
        StrictUndefined,
        select_autoescape,
    )  # a session that only collects does without

    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(["html", "svg"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=is_markdown,
    )
    environment.filters.update(
        number=formatting.number,
        seconds=formatting.seconds,
        share_of_limit=formatting.share_of_limit,
        size=formatting.size,
        cell=formatting.cell,
        clipped=formatting.clipped,
    )
    environment.globals.update(signs=formatting.SIGNS, arrows=ARROWS)
    return environment
