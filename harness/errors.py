"""The exception whose message is written for the user, and what any other error says in one line."""

import traceback
from pathlib import Path


class HarnessError(Exception):
    """Bad input or a missing part of the environment, described in one clear sentence.

    The sentence names the file, the key, what was found, what is allowed and what to do.
    Commands print it without a traceback and end with status 2; in pytest it becomes ERROR.
    """


def in_one_line(error: BaseException) -> str:
    """The error, and behind it the last place that is neither of the harness nor of an installed package."""
    text = " ".join(traceback.format_exception_only(error)[-1].split())
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_users(frame.filename)]
    return f"{text} ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else text


def _is_users(filename: str) -> bool:
    own = str(Path(__file__).parent)
    return not filename.startswith((own, "<")) and "site-packages" not in filename and "lib/python" not in filename
