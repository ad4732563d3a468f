"""The digest store: finished folders, kept under the digest of all that produced them.

`<store>/<kind>/<first two characters>/<key>/` holds one folder with its `done.json` (see `checksums`). A folder is
filled in `<store>/tmp` and renamed into place when it is complete, so an entry is whole or absent.
"""

import contextlib
import logging
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from harness.errors import HarnessError
from harness.files import JsonObject
from harness.run.checksums import damage, misplaced, write_checksums
from harness.run.locks import OnWait, all_of
from harness.run.scratch import temporary_folder

OFF = "off"
_SCRATCH = ".scratch"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, order=True)
class Address:
    """Address of an entry of the store: a kind (`dataset`, `train`, ...) and a key, the digest of what produced it."""

    kind: str
    key: str


@dataclass(frozen=True)
class Entry:
    """A finished folder of the store, and whether it was there already."""

    path: Path
    cached: bool


def location(option: str | None, hub: Path) -> Path:
    """Folder that `--parity-store` selects: by default in the user's cache, with `off` in the hub, else as given."""
    if option is None:
        return platformdirs.user_cache_path("ptycho-parity") / "store"
    return scratch_of(hub) / "store" if option == OFF else Path(option).expanduser()


def scratch_of(hub: Path) -> Path:
    """Folder of a hub for temporary files, which the session removes at its end."""
    return hub / _SCRATCH


class Store:
    """Finished folders by address, shared by all processes of a user. Raises HarnessError when it cannot be written."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.damaged: list[str] = []
        """A sentence for each entry that `find` removed because it was damaged or misplaced."""
        try:
            (self.root / "tmp").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise HarnessError(
                f"{root}: the store cannot be written ({error.strerror}); choose another folder with --parity-store."
            ) from error

    def path(self, address: Address) -> Path:
        """Folder of an entry, whether it exists or not."""
        return self.root / address.kind / address.key[:2] / address.key

    def find(self, address: Address) -> Path | None:
        """Folder of an entry; None without one. An entry that is damaged or misplaced is removed with a warning."""
        path = self.path(address)
        if not path.is_dir():
            return None
        reason = damage(path) or misplaced(path, address.kind, address.key)
        if reason is None:
            return path
        _LOG.warning("%s: %s; it is made again.", path, reason)
        self.damaged.append(f"{address.kind}/{address.key}: {reason}; it was made again.")
        self._remove(path)
        return None

    @contextlib.contextmanager
    def locked(
        self, addresses: Iterable[Address], cancelled: threading.Event, on_wait: OnWait = lambda _: None
    ) -> Iterator[None]:
        """Lock these entries during the block, so that no other process makes them; waits for one that does."""
        with all_of([self.lock_path(f"{address.kind}-{address.key}") for address in addresses], cancelled, on_wait):
            yield

    def lock_path(self, name: str) -> Path:
        """File of a named lock that all processes with this store share."""
        return self.root / "locks" / f"{name}.lock"

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """A temporary folder on the disk of the store; what is not published from it is removed after the block."""
        with temporary_folder(self.root / "tmp", owned=True) as folder:
            yield folder

    def publish(self, address: Address, folder: Path, made_from: JsonObject, **facts: Any) -> Path:
        """Write `done.json` into a folder and move it to its address; returns its new path.

        Args:
            address: Where it goes; must be locked.
            folder: A finished folder in `scratch`.
            made_from: All that it depends on; its digest must be the key of the address.
            facts: Further fields of `done.json`.
        """
        path = self.path(address)
        write_checksums(folder, kind=address.kind, key=address.key, made_from=made_from, **facts)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            self._remove(path)
        folder.replace(path)
        return path

    def obtain(
        self,
        address: Address,
        build: Callable[[Path], None],
        made_from: JsonObject,
        cancelled: threading.Event,
        on_wait: OnWait = lambda _: None,
    ) -> Entry:
        """The entry of an address, built where it is absent or damaged; other processes wait for it meanwhile.

        Args:
            address: Where the entry is kept.
            build: Fills the empty folder that it is given.
            made_from: All that the entry depends on; its digest must be the key of the address.
            cancelled: Event that stops the waiting.
            on_wait: Called while another process builds it.
        """
        with self.locked([address], cancelled, on_wait):
            found = self.find(address)
            if found is not None:
                return Entry(found, cached=True)
            with self.scratch() as scratch:
                folder = scratch / "entry"
                folder.mkdir()
                build(folder)
                return Entry(self.publish(address, folder, made_from), cached=False)

    def _remove(self, path: Path) -> None:
        """Remove an entry in one step, so that no process reads half of it."""
        with self.scratch() as scratch:
            path.replace(scratch / "removed")
            shutil.rmtree(scratch / "removed", ignore_errors=True)
