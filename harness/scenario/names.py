"""Names of cases and sides, which name folders of a hub: none may be one of the hub's own."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from harness import layout
from harness.scenario.keys import found
from harness.scenario.source import relative

LONGEST = 200
"""Characters of a name; file systems take 255 bytes, and some files are named after a case with more behind it."""
_FILE_ENDINGS = (
    ".csv", ".html", ".json", ".jsonl", ".lock", ".log", ".md", ".npy", ".npz", ".pdf", ".png", ".safetensors", ".svg",
    ".tar", ".txt", ".xml", ".yaml", ".yml",
)  # fmt: skip
"""Endings of files that lie beside the folders of cases, in a hub or in the folder of a verb."""


def problems_of_cases(path: Path, ids: Sequence[str]) -> Iterator[str]:
    """A sentence for each name of a scenario's cases that cannot be the name of a folder of its own in a hub."""
    for name, count in Counter(ids).items():
        if count > 1:
            what = f"the name {found(name)} for two points of the matrix"
            yield f"{relative(path)}: found {what}, allowed: different labels."
        if len(name) > LONGEST:
            yield f"{relative(path)}: found a name of {len(name)} characters, allowed: at most {LONGEST}; rename it."
        if _is_taken(name):
            yield (
                f"{relative(path)}: found the name {found(name)}, allowed: none of {', '.join(layout.HUB_NAMES)}, "
                "which a hub has of its own, and no ending of a file; rename it."
            )


def _is_taken(name: str) -> bool:
    small = name.casefold()
    return small in layout.HUB_NAMES or PurePath(small).suffix in _FILE_ENDINGS


def is_folder_of_case(side: str) -> bool:
    """Whether a side has the name of a folder that every case has."""
    return side.casefold() in layout.CASE_FOLDERS


def backend_of(name: str) -> str:
    """The backend of a side, from the name of the side: what stands before the first `@` or `=`."""
    return re.split("[@=]", name, maxsplit=1)[0]
