"""What a scenario may say of a network that its ports state themselves: the learning rate that they train with."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from harness.scenario.schema import Positive, Scenario, Section


class OptimiserSpec(Section):
    """What the ports' optimisers are told; all else is their own."""

    learning_rate: Positive = 4e-3
    """Of the training; the trajectories of the lock-step have a rate of their own."""


class StatedScenario(Scenario):
    """One resolved scenario whose ports bring their own network."""

    moved: ClassVar[Mapping[str, str]] = {"training.learning_rate": "optimiser.learning_rate"}
    network: Literal["stated"] = "stated"
    optimiser: OptimiserSpec = OptimiserSpec()


SCENARIO = StatedScenario
