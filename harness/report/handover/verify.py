"""Verifies a bundle: unpacks it, and compares the SHA-256 of every file with the checksums in it."""

import tarfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from harness import layout
from harness.errors import HarnessError
from harness.files import sha256


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
    try:
        with tarfile.open(bundle, "r:") as archive:
            for member in archive:
                _require_harmless(member, bundle)
            archive.extractall(folder, filter="data")
    except FileNotFoundError as error:
        raise HarnessError(f"{bundle}: there is no such file.") from error
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise HarnessError(f"{bundle}: is not a whole bundle ({error}).") from error


def _require_harmless(member: tarfile.TarInfo, bundle: Path) -> None:
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts:
        raise HarnessError(f"{bundle}: {member.name!r} would leave the folder; nothing was unpacked.")
    if not member.isreg():
        raise HarnessError(f"{bundle}: {member.name!r} is not a plain file; nothing was unpacked.")


def compare(folder: Path) -> BundleCheck:
    """Compute the SHA-256 of every file of an unpacked bundle, and compare it with `checksums.txt`.

    Raises HarnessError when the folder is no unpacked bundle.
    """
    packed = _read_checksums(folder / layout.CHECKSUMS)
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    found = {name: sha256(path) for name, path in paths.items() if name != layout.CHECKSUMS}
    both = sorted(packed.keys() & found.keys())
    return BundleCheck(
        identical=tuple(name for name in both if packed[name] == found[name]),
        changed=tuple(name for name in both if packed[name] != found[name]),
        missing=tuple(sorted(packed.keys() - found.keys())),
        extra=tuple(sorted(found.keys() - packed.keys())),
    )


def _read_checksums(path: Path) -> dict[str, str]:
    """Contents of `checksums.txt`, which has the format of `sha256sum`: the digest of each file by its name."""
    try:
        pairs = [line.split("  ", 1) for line in path.read_text(encoding="utf-8").splitlines()]
        return {name: digest for digest, name in pairs}
    except (OSError, ValueError) as error:
        raise HarnessError(f"{path.parent}: has no {path.name} that can be read; it is no unpacked bundle.") from error
