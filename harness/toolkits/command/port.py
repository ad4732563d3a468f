"""`CommandPort`: a side that trains and infers by command lines."""

import os
import shlex
import subprocess
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np

from harness.arrays import Array, Weights
from harness.errors import HarnessError
from harness.files import JsonObject
from harness.ports.contract import Contract
from harness.ports.protocol import ANSWER, FIT, Answer, EpochReport, OwnPicture, Setup
from harness.scenario.pair import UPSTREAM, SideSpec
from harness.toolkits.command.outputs import read_by_function, read_outputs
from harness.toolkits.history import LOSS, history_of

HISTORY = "history."
STEP = "step"
PATCHES, SCALE, SCALE_USED, CANVAS, CENTRE = "patches", "scale", "scale_used", "canvas", "canvas_centre"
"""What the outputs may hold beside the history."""
COMPLEX = (PATCHES, CANVAS)
_OUTPUT_SECONDS = 5.0
_LINE_BYTES = 20_000
"""A longer line of a command is cut into several."""


class CommandPort:
    """See `harness.ports.protocol.Port`; a command states nothing of its network, and shares no weights."""

    capabilities = frozenset({FIT, ANSWER})

    def __init__(self, setup: Setup, spec: SideSpec, where: str, reader: Callable[..., Any] | None = None) -> None:
        """Take what the scenario says of the side; nothing is run.

        Args:
            setup: the set-up of the case.
            spec: what the scenario says of the side.
            where: its key there, for the messages of errors.
            reader: the function that `spec.reader` names; None for a table of outputs.
        """
        self._setup, self._spec, self._where, self._reader = setup, spec, where, reader
        self.contract = Contract(
            network="stated",
            weights=(),
            stages=(),
            losses=(),
            optimiser_state=(),
            scale=None,
            region=setup.scenario.dataset.N,
        )

    def weights(self) -> Weights:
        """None: what the training left stays in its files."""
        return {}

    def set_weights(self, weights: Weights) -> None:
        """Nothing to load."""
        self.contract.check(weights)

    def facts(self) -> JsonObject:
        """The commands, and what they run in."""
        return {"framework": "command", "train": self._spec.train, "infer": self._spec.infer}

    def fit(self, data: Path, folder: Path, report: Callable[[EpochReport], None]) -> float | None:
        """Run the command that trains, and report the epochs of the history that it left; returns its scale."""
        self._run("train", data=data, output=folder)
        found = self._read(folder, "train")
        history = history_of(found, self._reading, HISTORY)
        steps = history.pop(STEP, np.zeros(len(history[LOSS])))
        for epoch, step in enumerate(steps):
            metrics = {name: float(values[epoch]) for name, values in history.items()}
            report(EpochReport(epoch + 1, int(step), metrics))
        return self._number(found, SCALE)

    def answer(self, data: Path, trained: Path, folder: Path) -> Answer:
        """Run the command that infers, and read the patches, the picture or both that it left."""
        self._run("infer", data=data, output=folder, model=trained)
        found = self._read(folder, "infer")
        if not {PATCHES, CANVAS} & set(found):
            raise HarnessError(
                f"{self._reading}: needs {PATCHES!r} or {CANVAS!r}; it returned {', '.join(found) or 'nothing'}."
            )
        for name in COMPLEX:
            if name in found and found[name].dtype.kind != "c":
                raise HarnessError(f"{self._reading}: {name} hold {found[name].dtype}; complex values are needed.")
        return Answer(found.get(PATCHES), self._picture(found), self._number(found, SCALE_USED))

    def _picture(self, found: dict[str, Array]) -> OwnPicture | None:
        """The picture of an inference, and where it lies."""
        if CANVAS not in found:
            return None
        picture, centre = found[CANVAS], found.get(CENTRE, np.zeros(0))
        if picture.ndim != 2 or centre.shape != (2,) or not np.isfinite(centre).all():
            raise HarnessError(
                f"{self._reading}: {CANVAS!r} needs (rows, columns) and {CENTRE!r} the position [x, y] of its pixel "
                f"[rows // 2, columns // 2]; found the shapes {picture.shape} and {centre.shape}."
            )
        return OwnPicture(picture, (float(centre[0]), float(centre[1])))

    def _number(self, found: dict[str, Array], name: str) -> float | None:
        """One of the numbers that a command may leave; None where it left none."""
        if name not in found:
            return None
        if found[name].size != 1 or found[name].dtype.kind == "c":
            raise HarnessError(f"{self._reading}: {name} has shape {found[name].shape}; one real number is needed.")
        return float(found[name].item())

    @property
    def _reading(self) -> str:
        return f"{self._where}.reader: {self._spec.reader}" if self._reader else f"{self._where}.outputs"

    def _read(self, folder: Path, stage: str) -> dict[str, Array]:
        """What a stage left: all that the function returns, or what the table lists for the stage."""
        if self._reader:
            return read_by_function(self._reader, folder, stage, self._reading)
        of_training = {what for what in self._spec.outputs if what.startswith(HISTORY) or what == SCALE}
        chosen = of_training if stage == "train" else set(self._spec.outputs) - of_training
        places = {what: place for what, place in self._spec.outputs.items() if what in chosen}
        return read_outputs(folder, places, self._reading)

    def _numbers(self) -> dict[str, int]:
        """The numbers of the scenario, by the names of their places in a command."""
        training, grouping = self._setup.scenario.training, self._setup.scenario.grouping
        return {
            "epochs": training.epochs,
            "batch_size": training.batch_size,
            "seed": self._setup.seed,
            "gridsize": grouping.gridsize,
            "groups": grouping.groups,
            "neighbor_count": grouping.neighbor_count,
        }

    def _run(self, what: str, **folders: Path) -> None:
        """Run a command; the log of the worker says its variables first, then the command, then what it printed."""
        upstream = self._setup.upstream
        template: str = getattr(self._spec, what)
        places = {**self._numbers(), **folders, "upstream": upstream}
        command = [part.format(**places) for part in shlex.split(template)]
        given = {name: text.replace(UPSTREAM, str(upstream)) for name, text in self._spec.environment.items()}
        print(*(f"{name}={value}" for name, value in given.items()), shlex.join(command), sep="\n", flush=True)
        started = subprocess.Popen(
            command,
            cwd=self._setup.home,
            env={**os.environ, **given},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        printed = deque(["nothing was printed"], maxlen=1)
        reader = threading.Thread(target=_print_through, args=(started.stdout, printed), daemon=True)
        reader.start()
        status = started.wait()
        reader.join(_OUTPUT_SECONDS)  # what the command left running may hold its output open for ever
        if status:
            raise HarnessError(f"{self._where}.{what}: ended with status {status}; its last line: {printed[0]}")


def _print_through(output: IO[bytes], last: deque[str]) -> None:
    """Print what a command prints, as it comes, and keep its last line."""
    with output:
        while raw := output.readline(_LINE_BYTES):
            text = raw.decode("utf-8", errors="replace").rstrip()
            print(text, flush=True)
            if text:
                last.append(text)
