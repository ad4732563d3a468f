"""Pipes, sockets and devices, which are no files: to open one may wait for ever, to read one may never end."""

import stat
from pathlib import Path

from harness.errors import HarnessError

_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def require_no_pipe(path: Path) -> Path:
    """Return the path; raise HarnessError where there is a pipe, a socket or a device, or a link to one."""
    try:
        kind = _KINDS.get(stat.S_IFMT(path.stat().st_mode))
    except (OSError, ValueError):
        return path  # whoever opens it says what is wrong with it
    if kind is not None:
        raise HarnessError(f"{path}: is {kind}; name a file.")
    return path
