"""Progress of the workers as lines of text: case, backend, leg, epoch, loss and time left; what they wait for."""

import time
from collections.abc import Iterator
from pathlib import Path

from harness import formatting, layout
from harness.records.progress import ProgressRecord

CACHED = "cached"
_SESSION = ("", "")


class ProgressReader:
    """Follows the progress files of a hub; at most one line a backend every `pause` seconds.

    With the folder of the store, lines of the sides are followed by one on the session. What is taken from the store is
    not told: it takes no time.
    """

    def __init__(self, hub: Path, pause: float, store: Path | None = None, workers: int = 1) -> None:
        self._hub, self._pause = hub, pause
        self._store, self._workers = store, workers
        self._offsets: dict[Path, int] = {}
        self._last_shown: dict[tuple[str, str], float] = {}

    def lines(self) -> list[str]:
        """The newest line of each side that made progress since the last call and whose pause is over."""
        found = [line(event) for path in self._hub.glob(f"*/{layout.PROGRESS}") for event in self._newest(path)]
        if found and self._store is not None and self._is_due(_SESSION):
            from harness.session import remaining  # imports the judge, which would slow the collection of tests

            found.append(remaining.line(self._hub, self._store, self._workers))
        return found

    def _newest(self, path: Path) -> list[ProgressRecord]:
        events = {(event.case, event.backend): event for event in self._added(path) if event.state != CACHED}
        return [event for key, event in events.items() if self._is_due(key)]

    def _added(self, path: Path) -> Iterator[ProgressRecord]:
        with path.open("rb") as stream:
            stream.seek(self._offsets.get(path, 0))
            for raw in stream:
                if not raw.endswith(b"\n"):
                    return  # half a line: the next reading gets it whole
                self._offsets[path] = self._offsets.get(path, 0) + len(raw)
                yield ProgressRecord.model_validate_json(raw)

    def _is_due(self, key: tuple[str, str]) -> bool:
        now = time.monotonic()
        due = now - self._last_shown.get(key, -self._pause) >= self._pause
        if due:
            self._last_shown[key] = now
        return due


def line(event: ProgressRecord) -> str:
    """One progress record of a worker as a line: `gs1_ideal  torch  train  epoch 3/45  loss 0.4321  12.0 s left`."""
    words = [word for word in (event.case, event.backend, event.leg) if word]
    if event.waits:
        return "  " + "  ".join([*words, event.waits])
    if event.epochs:
        words += [f"{event.unit} {event.epoch}/{event.epochs}"]
        words += [f"loss {formatting.number(event.loss)}"] if event.loss is not None else []
    if event.left is not None:
        words.append(f"{formatting.seconds(event.left)} left")
    return "  " + "  ".join(words)
