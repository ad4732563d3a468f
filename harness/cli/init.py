"""`init`: a working example of a pair of your own."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.common import say
from harness.errors import HarnessError
from harness.files import write_text
from harness.templates import FOLDER

EXAMPLE = FOLDER / "init"
"""Every file of the example; two underscores in its name stand for a folder."""


def init(
    folder: Annotated[Path, typer.Argument(help="A folder that is empty or not there yet.")],
) -> None:
    """Write a scenario, two ports and a test module of which nothing is red, to be replaced by your own.

    Example: python -m harness init my-parity && cd my-parity && pytest -m parity
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise HarnessError(f"{folder}: is there and not empty, and nothing is overwritten; name another folder.")
    for source in sorted(EXAMPLE.iterdir()):
        target = folder / source.name.removesuffix(".txt").replace("__", "/")
        write_text(target, source.read_text(encoding="utf-8"))
        say(f"written: {target}")
    say(f"now: cd {folder} && pytest -m parity")
