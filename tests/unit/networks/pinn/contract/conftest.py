"""What every backend must pass; PARITY_FRAMEWORK says which one is tested (see test_frameworks.py)."""

import os
from collections.abc import Callable

import pytest

from harness.networks import registry
from harness.ports.protocol import Port, Setup

FRAMEWORK = os.environ.get("PARITY_FRAMEWORK")
collect_ignore_glob = [] if FRAMEWORK else ["test_*.py"]


@pytest.fixture
def create() -> Callable[[Setup], Port]:
    return lambda setup: registry.create(str(FRAMEWORK), setup)


@pytest.fixture(scope="session")
def ports() -> dict[str, Port]:
    """Ports that were made so far for `shared`."""
    return {}


@pytest.fixture
def shared(create, samples, ports) -> Callable[[Setup], Port]:
    """A port with lively weights, the same one for every test that asks for this set-up: to compile it takes seconds.

    Nobody may train it.
    """

    def port(setup: Setup) -> Port:
        name = (
            f"{setup.precision} {setup.scenario.model_dump_json()} {None if setup.mask is None else setup.mask.sum()}"
        )
        if name not in ports:
            ports[name] = create(setup)
        ports[name].set_weights(samples.lively_weights(setup))
        return ports[name]

    return port
