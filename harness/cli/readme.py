"""`readme`: the README for a person who receives a hub."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.common import Hub, say
from harness.files import write_text
from harness.report.handover import readme as writing


def readme(root: Hub, to: Annotated[Path | None, typer.Option("--to", help="Write it to this file.")] = None) -> None:
    """Print scenarios, baseline, environment, commands and provenance of a hub, in Markdown.

    Example: python -m harness readme reports/latest --to README.md
    """
    text = writing.page(root)
    if to is None:
        say(text, nl=False)
    else:
        write_text(to, text)
