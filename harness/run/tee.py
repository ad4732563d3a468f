"""What a worker prints, line by line with the time, in a log file and in memory, up to a limit a job."""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import IO

from harness.run.environment import recorded_variables

JOB_BYTES = 8_000_000
"""What is logged of a job, with the times; of what follows, the last lines are kept."""
_LAST_LINES = 100
_LINE_BYTES = 20_000
"""A longer line is cut into several."""


class Tee:
    """Writes lines to a log and keeps them; what a job prints beyond the limit is counted and left out."""

    def __init__(self, stream: IO[str], fresh: Collection[str] = ()) -> None:
        """`fresh`: lines with which a job begins, each of which has the whole limit again."""
        self._stream = stream
        self._lines: list[str] = []
        self._fresh = set(fresh)
        self._left = JOB_BYTES
        self._last: deque[str] = deque(maxlen=_LAST_LINES)
        self._dropped = 0
        self.printed = ""
        """The last line with words in it that the process printed."""

    def header(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Log the exact command and the environment variables that belong in the record of a run."""
        self.line(f"command: {' '.join(command)}")
        for name, value in recorded_variables(environment).items():
            self.line(f"environment: {name}={value}")

    def follow(self, output: IO[bytes]) -> None:
        """Log every line that a process prints, until it has no more."""
        while raw := output.readline(_LINE_BYTES):
            text = raw.decode("utf-8", errors="replace").rstrip()
            if text in self._fresh:
                self._begin(text)
            self.printed = text or self.printed
            self._take(_timed(text))

    def line(self, text: str) -> None:
        """Log one line."""
        self._keep(_timed(text))

    def end(self, text: str) -> None:
        """Log the last lines of those that were left out, where there are any, and then one more."""
        self._close()
        self.line(text)

    def text(self) -> str:
        """All that is logged."""
        return "\n".join(self._lines) + "\n"

    def _take(self, line: str) -> None:
        self._left -= len(line)
        if self._left >= 0:
            self._keep(line)
        else:
            self._dropped += 1
            self._last.append(line)

    def _begin(self, first: str) -> None:
        self._close()
        self._fresh.discard(first)
        self._left = JOB_BYTES

    def _close(self) -> None:
        if self._dropped:
            left_out = self._dropped - len(self._last)
            self.line(f"(the job printed more than {JOB_BYTES / 1e6:g} MB: {left_out} lines were left out here)")
        for line in self._last:
            self._keep(line)
        self._last.clear()
        self._dropped = 0

    def _keep(self, line: str) -> None:
        self._stream.write(line + "\n")  # first into the file: whoever asks for the text finds all of it there
        self._stream.flush()
        self._lines.append(line)


def _timed(text: str) -> str:
    return f"{datetime.now(UTC).strftime('%Y-%m-%dT%H:%M:%S.%f')[:-3]}Z {text}"
