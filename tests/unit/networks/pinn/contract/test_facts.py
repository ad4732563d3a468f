"""What a backend says about itself."""

import math

from harness.files import plain
from harness.networks.pinn.contract import weight_shapes
from harness.ports.protocol import CAPABILITIES, MASK


def test_facts_are_plain_and_count_the_parameters(create, samples):
    scenario = samples.scenario()
    facts = create(samples.setup(scenario)).facts()
    assert facts["parameters"] == sum(math.prod(shape) for shape in weight_shapes(scenario).values())
    assert plain(facts) == facts
    assert {"framework", "versions", "device", "threads"} <= set(facts)


def test_capabilities_are_known(create, samples):
    backend = create(samples.setup(samples.scenario()))
    assert backend.capabilities <= CAPABILITIES | {MASK}
