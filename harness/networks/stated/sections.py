"""What a scenario may say of a network that its ports state themselves: nothing but what every scenario says."""

from typing import Literal

from harness.scenario.schema import Scenario


class StatedScenario(Scenario):
    """One resolved scenario whose ports bring their own network."""

    network: Literal["stated"] = "stated"


SCENARIO = StatedScenario
