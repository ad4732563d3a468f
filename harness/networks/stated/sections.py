"""Scenario sections of the network `stated`: the learning rate alone."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from harness.scenario.schema import Positive, Scenario, Section


class OptimiserSpec(Section):
    """Settings of the ports' optimisers; everything else is up to the ports."""

    learning_rate: Positive = 4e-3
    """Learning rate of the training; that of the lock-step is `lockstep.learning_rate`."""


class StatedScenario(Scenario):
    """Resolved scenario of the network `stated`."""

    moved: ClassVar[Mapping[str, str]] = {"training.learning_rate": "optimiser.learning_rate"}
    network: Literal["stated"] = "stated"
    optimiser: OptimiserSpec = OptimiserSpec()


SCENARIO = StatedScenario
