"""The exception whose message is written for the user."""


class HarnessError(Exception):
    """Bad input or a missing part of the environment, described in one clear sentence.

    The sentence names the file, the key, what was found, what is allowed and what to do.
    Commands print it without a traceback and end with status 2; in pytest it becomes ERROR.
    """
