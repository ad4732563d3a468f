"""`bundle`: packs a folder into one file, to be handed over."""

from pathlib import Path
from typing import Annotated

import typer

from harness import formatting, layout
from harness.cli.common import say
from harness.report.handover import bundle as packing
from harness.report.handover import readme
from harness.session import manifest

MEGABYTE = 1_000_000


def bundle(
    folder: Annotated[Path, typer.Argument(help="Any folder: a hub, or one of data sets.")],
    to: Annotated[Path, typer.Option("--to", metavar="FILE.tar", help="A file that is not there yet.")],
    most: Annotated[
        float | None, typer.Option("--max-mb", help="Refuse to pack more than this many megabytes.")
    ] = None,
) -> None:
    """Pack a folder with its inventory, checksums and a README into one tar, the same bytes every time.

    Links, pipes and devices are left out, and named. A hub that is not as its session left it is refused.

    Example: python -m harness bundle reports/latest --to handover.tar --max-mb 500
    """
    if (folder / layout.SESSION).is_file():
        manifest.require_signed(folder)
    text = readme.page(folder) if (folder / layout.SESSION).is_file() else readme.of_files(folder)
    inventory = packing.pack(folder, to, text, None if most is None else int(most * MEGABYTE))
    say(f"{to}: {len(inventory['files'])} files of {folder}")
    for name in manifest.left_out(folder):
        say(f"left out: {formatting.one_line(name)}, no plain file")
