"""Pages from templates: static HTML that needs no server and no network. Every text is escaped."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from harness import formatting

TEMPLATES = Path(__file__).with_name("templates")
ARROWS = {"worse": "▼", "better": "▲", "changed": "◆", "": ""}
"""What became of a figure, in one character, so that it is read without colour."""


def render(template: str, /, **context: object) -> str:
    """A page from one of the templates."""
    return _environment().get_template(template).render(**context)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=formatting.number, seconds=formatting.seconds, used=formatting.used, size=formatting.size
    )
    environment.globals.update(signs=formatting.SIGNS, arrows=ARROWS)
    return environment
