"""The pages of the trend: static HTML that needs no server, no network and no script. Every text is escaped."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from harness.report import show

TEMPLATES = Path(__file__).with_name("templates")
SIGNS = {"pass": "✓", "fail": "✗", "error": "!", "inconclusive": "?", "skipped": "-"}
"""A status in one character, so that it is read without colour."""
ARROWS = {"worse": "▼", "better": "▲", "changed": "◆", "": ""}


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(figure=show.figure)
    environment.globals.update(signs=SIGNS, arrows=ARROWS)
    return environment


def render(template: str, /, **context: Any) -> str:
    """A page from one of the templates beside this file."""
    return _templates().get_template(template).render(**context)
