"""Finding a measured data set: in the user's folders, or by download; a published SHA-256 is verified."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import HarnessError
from harness.files import sha256


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


def locate(name: str, folders: Sequence[Path]) -> Path:
    """Path of the data set `name`: below one of `folders`, below `PARITY_DATA`, or fetched and verified.

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
    return _fetched(name, REGISTRY[name], searched)


def _verified(path: Path, published: Published | None) -> Path:
    if published is not None and sha256(path) != published.sha256:
        raise HarnessError(f"{path}: is not the published file (SHA-256 {sha256(path)}, not {published.sha256}).")
    return path


def _fetched(name: str, published: Published, searched: Sequence[Path]) -> Path:
    import pooch  # its import costs a third of a second, and most runs do not fetch

    try:
        found = pooch.retrieve(
            published.url, f"sha256:{published.sha256}", fname=name, path=pooch.os_cache("ptycho-parity")
        )
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
