"""Renders pages and notes from the templates in this folder: HTML and SVG, with all text escaped, and Markdown."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import formatting

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent
ARROWS = {"worse": "▼", "better": "▲", "changed": "◆", "": ""}
"""A sign for each verdict on a change, so that it can be read without colour."""


def render(template: str, /, **context: Any) -> str:
    """Render a template.

    Args:
        template: its name below this folder, ending in `.html`, `.svg` or `.md`.
        context: the values that it uses.

    Raises:
        jinja2.UndefinedError: the template uses a value that is not given.
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
