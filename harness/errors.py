"""The exception whose message is written for the user, and what any other error says in one line."""

import contextlib
import errno
import os
import traceback
from collections.abc import Iterator
from pathlib import Path

_ADVICE = {
    errno.ENOSPC: "free some space, or name a folder on another disk",
    errno.EDQUOT: "free some space, or name a folder on another disk",
    errno.EROFS: "name a folder that may be written",
    errno.EACCES: "name a place that may be read and written",
    errno.EPERM: "name a place that may be read and written",
    errno.ENAMETOOLONG: "name a shorter path",
    errno.EEXIST: "name a folder that is not there yet",
    errno.ENOTDIR: "name a folder where there is a file",
    errno.EISDIR: "name a file where there is a folder",
    errno.ENOENT: "name a path whose folder is there and may be written",
    errno.EMFILE: "allow more open files (ulimit -n)",
}
"""What to do about an error of the operating system, by its number."""


class HarnessError(Exception):
    """Bad input or a missing part of the environment, described in one clear sentence.

    The sentence names the file, the key, what was found, what is allowed and what to do.
    Commands print it without a traceback and end with status 2; in pytest it becomes ERROR.
    """


@contextlib.contextmanager
def system_errors_said() -> Iterator[None]:
    """Turn what the operating system refuses during the block into a HarnessError.

    A reader of the output that goes away is left to whoever prints.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise HarnessError(_sentence(error)) from error
    except MemoryError as error:
        reason = " ".join(str(error).split()) or "more was asked for than there is"
        raise HarnessError(f"the memory does not suffice ({reason}); ask for less, or use a larger machine.") from error


def _sentence(error: OSError) -> str:
    names = [os.fsdecode(name) for name in (error.filename, error.filename2) if isinstance(name, str | bytes)]
    reason = error.strerror or str(error) or type(error).__name__
    advice = _ADVICE.get(error.errno or 0, "look whether the path is right and can be used")
    return f"{' and '.join(names) or 'the operating system'}: {reason}; {advice}."


def in_one_line(error: BaseException) -> str:
    """The error, and behind it the last place that is neither of the harness nor of an installed package."""
    text = " ".join(traceback.format_exception_only(error)[-1].split())
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_users(frame.filename)]
    return f"{text} ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else text


def _is_users(filename: str) -> bool:
    own = str(Path(__file__).parent)
    return not filename.startswith((own, "<")) and "site-packages" not in filename and "lib/python" not in filename
