"""Finding a measured data set: in the user's folders, or by download; a published SHA-256 is verified."""

import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import HarnessError
from harness.files import sha256
from harness.formatting import size

_TOLD_SECONDS = 1.0


class DataNotFound(HarnessError):  # noqa: N818 - an absence, which skips a case, and not an error of the user's
    """A data set is not on disk and cannot be downloaded."""


@dataclass(frozen=True)
class Published:
    """A data set with a public address."""

    url: str
    sha256: str


REGISTRY = {
    "siemens-star-small.npz.bz2": Published(
        "https://raw.githubusercontent.com/AdvancedPhotonSource/tike/8e1f93724921be1a443edccc669b4c88ae4a9b6a"
        "/tests/data/siemens-star-small.npz.bz2",
        "dbce7715c1d4a7c28a48f684dacc7d343fbc5d06fe993d6ea31714ffb5c68d3d",
    ),
}
"""Data sets that can be downloaded, by the name that scenarios use."""


def locate(name: str, folders: Sequence[Path], on_wait: Callable[[str], None] = lambda _: None) -> Path:
    """Path of the data set `name`: below one of `folders`, below `PARITY_DATA`, or fetched and verified.

    `on_wait` is told how far a download has come.

    Raises `DataNotFound` when it is nowhere, and `HarnessError` for a name that leaves its folder or a
    published file whose SHA-256 differs.
    """
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise HarnessError(f"dataset.file '{name}' must be a path below the scenario's or the data folder.")
    searched = [*folders, *([Path(os.environ["PARITY_DATA"])] if os.environ.get("PARITY_DATA") else [])]
    for folder in searched:
        if (folder / name).is_file():
            return _verified(folder / name, REGISTRY.get(name))
    if name not in REGISTRY:
        raise DataNotFound(
            f"dataset.file '{name}' is in none of {_listed(searched)}; give its folder as --parity-data."
        )
    return _fetched(name, REGISTRY[name], searched, on_wait)


def _verified(path: Path, published: Published | None) -> Path:
    if published is not None and sha256(path) != published.sha256:
        raise HarnessError(f"{path}: is not the published file (SHA-256 {sha256(path)}, not {published.sha256}).")
    return path


class _Download:
    """What `pooch` tells of a download as it would tell a progress bar: the bytes so far, and of how many."""

    total = 0

    def __init__(self, name: str, on_wait: Callable[[str], None]) -> None:
        self._name, self._on_wait = name, on_wait
        self._bytes, self._told = 0, -math.inf

    def update(self, count: int) -> None:
        """Some more bytes have come."""
        self._bytes += count
        if time.monotonic() - self._told > _TOLD_SECONDS:
            self._told = time.monotonic()
            of = f" of {size(self.total)}" if self.total else ""
            self._on_wait(f"downloads {self._name}: {size(self._bytes)}{of}")

    def reset(self) -> None:
        """Begin again; pooch calls it at the end, to set the bar to its total."""
        self._bytes = 0

    def close(self) -> None:
        """Nothing is left to do."""


def _fetched(name: str, published: Published, searched: Sequence[Path], on_wait: Callable[[str], None]) -> Path:
    import pooch  # its import costs a third of a second, and most runs do not fetch

    known, folder = f"sha256:{published.sha256}", pooch.os_cache("ptycho-parity")
    downloader = pooch.HTTPDownloader(progressbar=_Download(name, on_wait))
    try:
        found = pooch.retrieve(published.url, known, fname=name, path=folder, downloader=downloader)
    except ValueError as error:
        raise HarnessError(f"{published.url}: {error}") from error
    except Exception as error:  # every kind of failing network, for which pooch and requests have many classes
        raise DataNotFound(
            f"dataset.file '{name}' is in none of {_listed(searched)}, and fetching it failed "
            f"({type(error).__name__}); give its folder as --parity-data."
        ) from error
    return Path(found)


def _listed(folders: Sequence[Path]) -> str:
    return ", ".join(str(folder) for folder in folders) or "no folder at all"
