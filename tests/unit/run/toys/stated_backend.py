"""A port that states a network of its own, in NumPy: names of its own, no intensity scale, a gradient by hand.

Each pattern is multiplied by one number and shifted by another, and the loss asks it to be its own square.
"""

import numpy as np

from harness.physics.canvas import place
from harness.ports.contract import Contract, Stage, Term, Weight
from harness.ports.protocol import CAPABILITIES, EpochReport

CONTRACT = Contract(
    network="stated",
    weights=(
        Weight(name="mix.gain", shape=(), kind="gain", start=0.5),
        Weight(name="mix.shift", shape=(), kind="bias", start=0.25),
    ),
    stages=(Stage(name="fed"), Stage(name="mixed"), Stage(name="wave", number="complex")),
    losses=(Term(name="squares", weight=1.0),),
    optimiser_state=("velocity",),
    scale=None,
    region=64,
)
MOMENTUM = 0.5


class StatedToy:
    """Can do what it is told that it can."""

    def __init__(self, setup, capabilities=CAPABILITIES, rounds_up=False):
        self.setup, self.contract, self.capabilities = setup, CONTRACT, frozenset(capabilities)
        self.kind = np.dtype(setup.precision)
        self._weights = {weight.name: np.array(weight.start) for weight in CONTRACT.weights}
        self._velocity, self._rounds_up = {}, rounds_up

    def weights(self):
        return {name: np.array(value, np.float64) for name, value in self._weights.items()}

    def set_weights(self, weights):
        if "shared_weights" in self.capabilities:
            self.contract.check(weights)
        self._weights = {name: np.array(value, self.kind) for name, value in weights.items()}

    def stages(self, batch):
        return {name: self.stage(name, {}, batch) for name in ("fed", "mixed", "wave")}

    def stage(self, name, known, batch):
        fed = (batch.amplitude / batch.amplitude.max(axis=(1, 2, 3), keepdims=True)).astype(self.kind)
        mixed = self._weights["mix.gain"] * known.get("fed", fed) + self._weights["mix.shift"]
        wave = known.get("mixed", mixed) * np.exp(1j * fed)
        return {"fed": fed, "mixed": mixed.astype(self.kind), "wave": wave.astype(np.result_type(self.kind, 1j))}[name]

    def losses(self, batch):
        fed, mixed = (self.stage(name, {}, batch).astype(float) for name in ("fed", "mixed"))
        value = float(np.square(mixed - np.square(fed)).mean())
        return {"loss": value, "squares": value}

    def gradients(self, batch):
        fed, mixed = (self.stage(name, {}, batch).astype(float) for name in ("fed", "mixed"))
        slope = 2 * (mixed - np.square(fed)) / fed.size
        return {"mix.gain": np.array((slope * fed).sum()), "mix.shift": np.array(slope.sum())}

    def slope(self, known, batch):
        fed = self.stage("fed", {}, batch).astype(float)
        return {"mixed": 2 * (known["mixed"] - np.square(fed)) / fed.size}

    def train(self, batches, report):
        self.resume({f"{name}.velocity": np.zeros(()) for name in self._weights}, 0, batches, report)

    def resume(self, optimiser, step, batches, report):
        rate = self.setup.scenario.optimiser.learning_rate
        self._velocity = {name: optimiser[f"{name}.velocity"] for name in self._weights}
        for epoch in range(step // batches.steps_per_epoch, batches.epochs):
            losses = []
            for step in range(epoch * batches.steps_per_epoch, (epoch + 1) * batches.steps_per_epoch):
                batch = batches.batch(step)
                losses.append(self.losses(batch)["loss"])
                for name, gradient in self.gradients(batch).items():
                    self._velocity[name] = MOMENTUM * self._velocity[name] + gradient
                    moved = (self._weights[name] - rate * self._velocity[name]).astype(self.kind)
                    self._weights[name] = np.nextafter(moved, 1, dtype=self.kind) if self._rounds_up else moved
            mean = float(np.mean(losses))
            metrics = {"loss": mean, "squares": mean, "learning_rate": rate}
            report(EpochReport(epoch, (epoch + 1) * batches.steps_per_epoch, metrics))

    def optimiser_state(self):
        return {f"{name}.velocity": np.array(value) for name, value in self._velocity.items()}

    def predict(self, batch):
        return self.stage("wave", {}, batch)

    def stitch(self, patches, positions, weight, size):
        return place(patches, positions, weight, size)

    def facts(self):
        return {"framework": "toy", "threads": 1, "parameters": 2}
