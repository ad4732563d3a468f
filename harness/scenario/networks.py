"""The schema of a scenario, by the network that it names.

Each network of the harness is a package `harness.networks.<name>` whose module `sections` holds `SCENARIO`, the
schema of its scenarios. It is looked up by name, so that nothing here depends on a network.
"""

import json
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from harness.scenario.schema import Scenario

PACKAGE = "harness.networks"
DEFAULT = "pinn"
"""The network of a scenario that names none."""


@cache
def names() -> tuple[str, ...]:
    """Names of the networks of the harness, sorted."""
    folder = Path(__file__).parents[1] / "networks"
    return tuple(sorted(found.name for found in pkgutil.iter_modules([str(folder)]) if found.ispkg))


@cache
def schema_of(network: str) -> type[Scenario]:
    """The schema of the scenarios of a network, which must be one of `names`."""
    schema: type[Scenario] = import_module(f"{PACKAGE}.{network}.sections").SCENARIO
    return schema


def scenario_of(fields: Mapping[str, Any]) -> Scenario:
    """A resolved scenario from what its `model_dump` in JSON wrote."""
    return schema_of(fields["network"]).model_validate_json(json.dumps(fields))
