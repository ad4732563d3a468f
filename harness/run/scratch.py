"""Temporary folders that go with their owner: at the end of a block or, where it was killed, when the next is made.

Beside each folder lies a file that its owner has locked for as long as it lives, so that a folder whose lock is free is
known to be nobody's.
"""

import contextlib
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from harness.run import family

_NAME = re.compile(r"ptycho-parity-[0-9a-f]{8}")
_LOCK = ".lock"


@contextlib.contextmanager
def temporary_folder(parent: Path | None = None, owned: bool = False) -> Iterator[Path]:
    """A new and empty folder in `parent`, by default where the system has temporary files; removed after the block.

    What dead processes left beside it is removed first, with the processes that still run in it. `owned`: whether no
    other program uses the parent; then a folder without a lock is removed, too: a process on another machine, that did
    not know yet that its folder was removed, has made it again.
    """
    parent = Path(tempfile.gettempdir()) if parent is None else parent
    _sweep(parent, owned)
    path = parent / f"ptycho-parity-{secrets.token_hex(4)}"
    with FileLock(_lock_of(path)):
        try:
            path.mkdir(mode=0o700)
            yield path
        finally:
            _remove(path)


def _sweep(parent: Path, owned: bool) -> None:
    """Remove the folders in `parent` whose owner is gone; those of other users stay."""
    found = parent.glob("*" if owned else f"*{_LOCK}")
    for path in {path.with_suffix("") for path in found}:
        if _NAME.fullmatch(path.name):
            with contextlib.suppress(Timeout, OSError), FileLock(_lock_of(path), timeout=0):
                family.end(path)
                _remove(path)


def _remove(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
    if not path.exists():  # else what is left waits for the next process
        _lock_of(path).unlink(missing_ok=True)


def _lock_of(path: Path) -> Path:
    return path.with_name(f"{path.name}{_LOCK}")
