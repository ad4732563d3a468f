"""Backends in NumPy from "another package": they compute next to nothing, and misbehave when asked to."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from harness.networks.pinn.contract import contract_of
from harness.networks.pinn.start import initial_weights
from harness.physics.canvas import place
from harness.ports.protocol import EpochReport

HERE = Path(__file__)


class Toy:
    """Does everything that the protocol asks for."""

    capabilities = frozenset({"shared_weights", "stages", "losses", "train", "predict", "stitch"})

    def __init__(self, setup):
        self.setup = setup
        self.contract = contract_of(setup.scenario, exposed=("input", "object_patches"))
        self._weights = initial_weights(setup.scenario, setup.intensity_scale)

    def weights(self):
        return dict(self._weights)

    def set_weights(self, weights):
        self._weights = dict(weights)

    def stages(self, batch):
        return {"input": batch.amplitude / np.exp(self._weights["log_scale"]), "object_patches": self.predict(batch)}

    def losses(self, batch):
        return {"loss": float(batch.amplitude.mean()), "poisson": float(batch.amplitude.mean())}

    def train(self, batches, report):
        steps = batches.steps_per_epoch
        follows = batches.epochs * steps == self.setup.scenario.lockstep.steps  # a trajectory: each step has its loss
        for epoch in range(batches.epochs):
            losses = []
            for step in range(epoch * steps, (epoch + 1) * steps):
                mean = batches.batch(step).amplitude.mean()
                self._weights["phase.head.bias"] = self._weights["phase.head.bias"] + 1e-9 * mean
                losses.append(10.0 / ((step if follows else epoch) + 1))
            metrics = {"loss": float(np.mean(losses)), "intensity_scale": 1.0, "learning_rate": 0.1}
            report(EpochReport(epoch, (epoch + 1) * batches.steps_per_epoch, metrics))

    def predict(self, batch):
        turn = np.exp(1j * float(np.ravel(self._weights["phase.head.bias"])[0]))
        free = np.exp(1j * batch.amplitude.sum(axis=(1, 2), keepdims=True))  # as gridsize 1 leaves it: any phase
        return turn * free * (1 + batch.amplitude / batch.amplitude.max(axis=(1, 2, 3), keepdims=True))

    def stitch(self, patches, positions, weight, size):
        return place(patches, positions, weight, size)

    def facts(self):
        return {"framework": "toy", "threads": int(os.environ["OMP_NUM_THREADS"]), "parameters": 1}


class Other(Toy):
    """The other side of a pair."""


def inverted(picture):
    """Light for dark: the other sign of every correlation."""
    return picture * (3 / np.abs(picture) - 1)


class Rising(Toy):
    """Sees light for dark where there is much light; a Toy's picture is worse than none, so this is the better one."""

    def predict(self, batch):
        picture = super().predict(batch)
        return inverted(picture) if self.setup.nphotons > 1e5 else picture


class Fading(Toy):
    """Sees light for dark where there is little light."""

    def predict(self, batch):
        picture = super().predict(batch)
        return picture if self.setup.nphotons > 1e5 else inverted(picture)


class Half(Toy):
    """Cannot show its stages or its losses."""

    capabilities = frozenset({"shared_weights", "train", "predict", "stitch"})


class Untrained(Toy):
    """Cannot train."""

    capabilities = frozenset({"shared_weights", "stages", "losses", "predict", "stitch"})


class Unfinite(Toy):
    """Its training ends in NaN."""

    def train(self, batches, report):
        super().train(batches, lambda _: None)
        self._weights["phase.head.bias"] = self._weights["phase.head.bias"] * np.nan
        report(EpochReport(0, batches.steps_per_epoch, {"loss": float("nan")}))


class Crashing(Toy):
    """Is killed while it trains."""

    def train(self, batches, report):
        print("about to crash", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)


class Raising(Toy):
    """Raises while it trains."""

    def train(self, batches, report):
        raise ValueError("shapes (3,) and (4,) do not fit")


class Passing(Toy):
    """Cannot be asked for stages or weights while there is a file `trouble` beside this one: a trouble that passes."""

    def __init__(self, setup):
        super().__init__(setup)
        if HERE.with_name("trouble").exists():
            raise MemoryError("no memory left")


class Hanging(Toy):
    """Never ends its training, and has started a process that never ends either."""

    def train(self, batches, report):
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        print(f"pids {os.getpid()} {child.pid}", flush=True)
        time.sleep(600)


class Slow(Toy):
    """Takes two seconds, and leaves a mark for every training, in a file beside this one."""

    def train(self, batches, report):
        with HERE.with_name("marks").open("a") as marks:
            marks.write("trained\n")
        time.sleep(2)
        super().train(batches, report)


class Seeing(Toy):
    """Writes down, beside this file, the environment of each training."""

    def train(self, batches, report):
        number = len(list(HERE.parent.glob("seen*"))) + 1
        HERE.with_name(f"seen{number}").write_text(json.dumps(dict(os.environ)))
        super().train(batches, report)
