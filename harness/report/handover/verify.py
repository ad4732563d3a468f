"""Verifies a bundle or a hub: compares the SHA-256 of every file with the one that was written down with it.

What is no plain file is never identical: a link may lead to the right bytes here, and to others elsewhere.
"""

import re
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from harness import layout
from harness.errors import HarnessError
from harness.files import read_json, sha256
from harness.report.handover.bundle import FILES, INVENTORY, README
from harness.session import manifest

_LINE = re.compile(r"[0-9a-f]{64}  (?!/)(?!(.*/)?\.\.(/|$)).+")
"""A line of `checksums.txt`: a digest, and a name that does not leave the folder."""


@dataclass(frozen=True)
class BundleCheck:
    """Result of the verification: the names of the files that are identical, changed, missing or extra."""

    identical: tuple[str, ...]
    changed: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every packed file is present and unchanged, and there is no other."""
        return not (self.changed or self.missing or self.extra)


def unpack(bundle: Path, folder: Path) -> None:
    """Unpack a bundle into a new folder.

    Raises HarnessError when the folder is not empty, the file is no bundle, or, before anything is written, a member of
    the tar is no plain file or would land outside the folder.
    """
    if folder.exists() and any(folder.iterdir()):
        raise HarnessError(f"{folder}: holds something; a bundle is unpacked into a new folder.")
    if not bundle.is_file():
        raise HarnessError(f"{bundle}: there is no such file.")
    try:
        with tarfile.open(bundle, "r:") as archive:
            members = archive.getmembers()
            for member in members:
                _require_harmless(member, bundle)
            _require_different(members, bundle)
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise HarnessError(f"{bundle}: is not a whole bundle ({error}).") from error


def _require_harmless(member: tarfile.TarInfo, bundle: Path) -> None:
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts:
        raise HarnessError(f"{bundle}: {member.name!r} would leave the folder; nothing was unpacked.")
    if not member.isreg():
        raise HarnessError(f"{bundle}: {member.name!r} is not a plain file; nothing was unpacked.")


def _require_different(members: Iterable[tarfile.TarInfo], bundle: Path) -> None:
    """Refuse a name that is there twice: of two files, only the last would be looked at."""
    seen: set[str] = set()
    for member in members:
        if member.name in seen:
            raise HarnessError(f"{bundle}: {member.name!r} is in it twice; nothing was unpacked.")
        seen.add(member.name)


def compare(folder: Path) -> BundleCheck:
    """Compute the SHA-256 of every file of an unpacked bundle, and compare it with `checksums.txt`.

    Raises HarnessError when the folder is no unpacked bundle, or its checksums leave out what its inventory lists.
    """
    packed = _read_checksums(folder / layout.CHECKSUMS)
    _require_whole(packed, folder)
    paths = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    found = {path.relative_to(folder).as_posix(): _digest(path) for path in paths}
    del found[layout.CHECKSUMS]
    return _compared(packed, found)


def compare_hub(hub: Path) -> BundleCheck:
    """Compute the SHA-256 of every file of a hub, and compare it with `manifest.json` and `checksums.txt`.

    Raises HarnessError for a hub whose session did not come to its end, or that lost its manifest.
    """
    names = [name for name in manifest.names(hub) if name != layout.MANIFEST]
    return _compared(manifest.digests(hub), {name: _digest(hub / name) for name in names})


def _compared(packed: Mapping[str, str], found: Mapping[str, str | None]) -> BundleCheck:
    both = sorted(packed.keys() & found.keys())
    return BundleCheck(
        identical=tuple(name for name in both if packed[name] == found[name]),
        changed=tuple(name for name in both if packed[name] != found[name]),
        missing=tuple(sorted(packed.keys() - found.keys())),
        extra=tuple(sorted(found.keys() - packed.keys())),
    )


def _digest(path: Path) -> str | None:
    """SHA-256 of a plain file; None for a link, a pipe or a device, which equals no digest."""
    return sha256(path) if manifest.is_plain(path) else None


def _require_whole(packed: Mapping[str, str], folder: Path) -> None:
    """Raise HarnessError when the checksums leave out a file that every bundle has or that the inventory lists."""
    listed = [f"{FILES}/{name}" for name in _inventory(folder / INVENTORY)]
    if lacking := [name for name in (README, INVENTORY, *listed) if name not in packed]:
        more = ", ..." if len(lacking) > 1 else ""
        raise HarnessError(
            f"{folder}: {layout.CHECKSUMS} has no digest of {lacking[0]}{more}, so nothing shows that it is what was "
            "packed; ask for the bundle again."
        )


def _inventory(path: Path) -> list[str]:
    """The names that the inventory lists; none where it is missing or broken, which its own digest shows."""
    try:
        return [str(one["path"]) for one in read_json(path)["files"]] if manifest.is_plain(path) else []
    except (HarnessError, LookupError, TypeError):
        return []


def _read_checksums(path: Path) -> dict[str, str]:
    """Contents of `checksums.txt`, which has the format of `sha256sum`: the digest of each file by its name."""
    try:
        text = path.read_text(encoding="utf-8") if manifest.is_plain(path) else None
    except (OSError, ValueError):
        text = None
    if text is None:
        raise HarnessError(f"{path.parent}: has no {path.name} that can be read; it is no unpacked bundle.")
    lines = text.splitlines()
    pairs = [line.split("  ", 1) for line in lines if _LINE.fullmatch(line)]
    found = {name: digest for digest, name in pairs}
    if not found or len(found) < len(lines):
        raise HarnessError(
            f"{path}: is no list of checksums; each line holds a SHA-256, two spaces and another name in the bundle. "
            "Ask for the bundle again."
        )
    return found
