"""A bundle: one tar with the files of a folder, their inventory, checksums and a README; the same bytes every time.

    README.md, inventory.json, checksums.txt (of all others), files/...

The tar is not compressed: arrays hardly shrink, and it can still be said which file of a damaged bundle is damaged.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness import formatting, layout
from harness.errors import HarnessError
from harness.files import plain, write_atomic
from harness.report.handover import inventory

README, INVENTORY, FILES = "README.md", "inventory.json", "files"
_LARGEST = 3
"""How many of the largest files the error names when a bundle would be too large."""


def pack(folder: Path, target: Path, readme: str, most_bytes: int | None = None) -> dict[str, Any]:
    """Write the files of a folder to a bundle.

    Args:
        folder: the folder to pack.
        target: the tar file to write.
        readme: text of the `README.md` in the bundle.
        most_bytes: largest allowed sum of the file sizes; None for no limit.

    Returns:
        The inventory of the files, as `inventory.json` holds it.

    Raises:
        HarnessError: the folder does not exist or is empty, the target exists or lies in the folder, or the files hold
            more than `most_bytes`.
    """
    contents = inventory.of_folder(folder, timed=False)
    if not contents["files"]:
        raise HarnessError(f"{folder}: holds no file to hand over.")
    if target.exists():
        raise HarnessError(f"{target}: is there already; name another file, for nothing is overwritten.")
    if target.resolve().is_relative_to(folder.resolve()):
        raise HarnessError(f"{target}: lies in the folder that is packed; name a file outside {folder}.")
    _require_small(contents["files"], most_bytes, folder)
    write_atomic(target, lambda temporary: _write(temporary, folder, contents, readme))
    return contents


def _require_small(files: Sequence[Mapping[str, Any]], most_bytes: int | None, folder: Path) -> None:
    total = sum(one["size"] for one in files)
    if most_bytes is None or total <= most_bytes:
        return
    largest = sorted(files, key=lambda one: -int(one["size"]))[:_LARGEST]
    named = ", ".join(f"{one['path']} ({formatting.size(one['size'])})" for one in largest)
    raise HarnessError(
        f"{folder}: holds {formatting.size(total)}, at most {formatting.size(most_bytes)} were asked for; "
        f"the largest are {named}."
    )


def _write(temporary: Path, folder: Path, contents: Mapping[str, Any], readme: str) -> None:
    texts = {README: readme, INVENTORY: json.dumps(plain(contents), indent=2) + "\n"}
    sums = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    sums |= {f"{FILES}/{one['path']}": one["sha256"] for one in contents["files"]}
    texts[layout.CHECKSUMS] = "".join(f"{digest}  {name}\n" for name, digest in sums.items())
    with tarfile.open(temporary, "w", format=tarfile.PAX_FORMAT) as archive:
        for name, text in texts.items():
            data = text.encode()
            archive.addfile(_member(name, len(data)), io.BytesIO(data))
        for one in contents["files"]:
            with (folder / one["path"]).open("rb") as stream:
                archive.addfile(_member(f"{FILES}/{one['path']}", one["size"]), stream)


def _member(name: str, size: int) -> tarfile.TarInfo:
    """The tar header of a file, without owner and time, so that the same files always give the same bytes."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o644
    return member
