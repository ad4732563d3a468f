"""The schema of a user's pair, where every network has its own; the classes belong to the scenario."""

from harness.scenario.pair import PairScenario

SCENARIO = PairScenario
