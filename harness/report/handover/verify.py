"""Is a bundle what was packed? It is unpacked elsewhere, and every digest is held against its checksums."""

import tarfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from harness import layout
from harness.errors import HarnessError
from harness.files import sha256


@dataclass(frozen=True)
class Found:
    """What became of the files of a bundle, by name."""

    identical: tuple[str, ...]
    changed: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every file is there, as it was, and nothing else."""
        return not (self.changed or self.missing or self.extra)


def unpack(bundle: Path, folder: Path) -> None:
    """Unpack a bundle into a new folder.

    Raises HarnessError for a folder that holds something, for what is no bundle, and, before anything is written, for
    a member that is no plain file or would leave the folder.
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


def compare(folder: Path) -> Found:
    """Compute the digest of every file of an unpacked bundle again, and hold it against `checksums.txt`.

    Raises HarnessError when the folder is no unpacked bundle.
    """
    packed = _packed(folder / layout.CHECKSUMS)
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    there = {name: sha256(path) for name, path in paths.items() if name != layout.CHECKSUMS}
    both = sorted(packed.keys() & there.keys())
    return Found(
        identical=tuple(name for name in both if packed[name] == there[name]),
        changed=tuple(name for name in both if packed[name] != there[name]),
        missing=tuple(sorted(packed.keys() - there.keys())),
        extra=tuple(sorted(there.keys() - packed.keys())),
    )


def _packed(path: Path) -> dict[str, str]:
    """Digest by name, as `sha256sum` writes them."""
    try:
        pairs = [line.split("  ", 1) for line in path.read_text(encoding="utf-8").splitlines()]
        return {name: digest for digest, name in pairs}
    except (OSError, ValueError) as error:
        raise HarnessError(f"{path.parent}: has no {path.name} that can be read; it is no unpacked bundle.") from error
