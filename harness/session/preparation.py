"""The legs of a case, run in the background: a rung is judged as soon as its own evidence is there."""

import contextlib
import threading
from concurrent import futures
from pathlib import Path
from typing import Self

from harness.run.locks import StoppedError
from harness.scenario.case import Case
from harness.session import case_runner, hub
from harness.session.request import Request

_POLL_SECONDS = 0.05


class Preparation:
    """The preparation of one case, which begins when this is made and goes on until its end or `stop`."""

    def __init__(self, root: Path, case: Case, request: Request) -> None:
        self._folder = hub.case_folder(root, case.id)
        self._waits_for_all = request.fault is not None and request.fault.port().uses("case")
        self._cancelled = threading.Event()
        pool = futures.ThreadPoolExecutor(1, f"preparing {case.id}")
        self._run = pool.submit(case_runner.prepare, root, case, request, self._cancelled)
        pool.shutdown(wait=False)

    def wait(self, rung: str | None = None) -> None:
        """Wait for the evidence of a rung, or until nothing more is to come; without a rung for all legs."""
        while not self._is_there(rung):
            futures.wait([self._run], _POLL_SECONDS)
        if self._run.done():
            self._run.result()

    def _is_there(self, rung: str | None) -> bool:
        if self._run.done():
            return True
        return rung is not None and not self._waits_for_all and case_runner.has_evidence(self._folder, rung)

    def stop(self) -> None:
        """End the workers of the case; what has ended stays, and `prepared.json` says that the rest was stopped."""
        self._cancelled.set()
        with contextlib.suppress(StoppedError):
            self._run.result()

    def __enter__(self) -> Self:
        """The preparation itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.end()

    def end(self) -> None:
        """Wait for the end where every planned rung was judged, and stop what runs otherwise."""
        if all(case_runner.is_judged(self._folder, rung) for rung in hub.read_case(self._folder).rungs):
            self.wait()
        else:
            self.stop()
