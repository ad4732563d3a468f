"""`verify`: checks that a bundle holds what was packed, and a hub what its session left."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from harness import formatting, layout
from harness.cli.common import Json, print_result
from harness.report.handover import verify as checking
from harness.run.scratch import temporary_folder


def verify(
    packed: Annotated[
        Path, typer.Argument(metavar="BUNDLE|HUB", help="A bundle, the folder it was unpacked into, or a hub.")
    ],
    to: Annotated[Path | None, typer.Option("--to", help="Unpack into this new folder, and keep it.")] = None,
    as_json: Json = False,
) -> None:
    """Compute every digest of a bundle or a hub again, and say what is identical, changed, missing or extra.

    Exit status 1 when not everything is identical.

    Example: python -m harness verify handover.tar --to received
    """
    with temporary_folder() as temporary:
        if (packed / layout.SESSION).is_file():
            found = checking.compare_hub(packed)
        else:
            folder = packed if packed.is_dir() else to or temporary / "unpacked"
            if folder is not packed:
                checking.unpack(packed, folder)
            found = checking.compare(folder)
    record = {name: list(getattr(found, name)) for name in ("identical", "changed", "missing", "extra")}
    print_result(record, _lines(record), as_json)
    raise typer.Exit(0 if found.is_whole else 1)


def _lines(record: Mapping[str, list[str]]) -> Iterator[str]:
    yield ", ".join(f"{len(names)} {word}" for word, names in record.items())
    for word in ("changed", "missing", "extra"):
        yield from (f"{word}: {formatting.one_line(name)}" for name in record[word])
