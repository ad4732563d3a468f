"""What each side of a case runs in: its interpreter, device and variables, and the code of its revision."""

import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.errors import HarnessError
from harness.run import devices, interpreters, pair, revisions, side
from harness.run.devices import Device
from harness.run.interpreters import Interpreter
from harness.run.keys import PACKAGE, WORKER, Runtime
from harness.run.run_options import RunOptions
from harness.run.sides import Side
from harness.scenario.case import Case
from harness.scenario.pair import PairScenario
from harness.scenario.schema import Scenario


@dataclass(frozen=True)
class Runtimes:
    """Makes the runtimes of the sides of one case."""

    case: Case
    options: RunOptions
    store: Path
    """Folder of the store, which keeps the code of revisions, too."""
    cancelled: threading.Event

    def interpreter(self, name: str) -> Interpreter:
        """The interpreter of a side; HarnessError where it cannot run the side."""
        asked = self.options.side(name)
        return interpreters.inspect(asked.backend, self._python(asked), pair.needs(self.case.scenario, name))

    def runtimes(self, found: Mapping[str, Interpreter]) -> dict[str, Runtime]:
        """What each side with an interpreter runs in; HarnessError for a device or a revision that is not there."""
        session = devices.choose(self.options.device)
        if self.options.device == "auto" and any(interpreter.cpu_build for interpreter in found.values()):
            session = devices.CPU
        return {name: self._runtime(self.options.side(name), found[name], session) for name in found}

    def seen_by(self, name: str) -> Case:
        """The case as one side of a pair sees it: with the files of its revision."""
        return pair.at_revision(self.case, self.options.side(name), self.store, self.cancelled)

    def _runtime(self, asked: Side, interpreter: Interpreter, session: Device) -> Runtime:
        device = session if asked.device is None else devices.choose(asked.device)
        variables = {
            **side.variables(device, self.options.threads),
            **pair.variables(self.seen_by(asked.name), asked.name),
        }
        of_pair = isinstance(self.case.scenario, PairScenario)
        package, commit = (None, None) if of_pair else self._package(asked)
        return Runtime(
            interpreter,
            device,
            variables,
            self.options.faults.get(asked.name),
            port=asked.backend,
            package=package,
            revision=commit,
            threads=self.options.threads,
            preload=preloaded(self.case.scenario, asked, device),
        )

    def _package(self, asked: Side) -> tuple[Path | None, str | None]:
        """The harness's package at the revision of a side, with the commit; HarnessError where it had no worker."""
        if asked.revision is None:
            return None, None
        commit = revisions.commit_of(PACKAGE, asked.revision)
        package = revisions.files_of(PACKAGE, commit, self.store, self.cancelled)
        if not (package / WORKER).is_file():
            raise HarnessError(f"{asked.name}: the harness had no {WORKER} at commit {commit[:10]}; name a later one.")
        return package, commit

    def _python(self, asked: Side) -> Path:
        given = asked.interpreter or self.options.interpreters.get(asked.backend)
        return given or pair.python(self.case, asked.name) or Path(sys.executable)


def preloaded(scenario: Scenario, asked: Side, device: Device) -> tuple[str, ...]:
    """What is imported before a worker of a side is forked; nothing on a GPU, which a framework may hold since then."""
    if device.kind != devices.CPU.kind:
        return ()
    return ("harness.run.legs.common", *pair.modules(scenario, asked.name, asked.backend))
