"""The schema of a scenario, looked up by the name of its network.

Each network of the harness is a package `harness.networks.<name>` whose module `sections` holds `SCENARIO`, the
schema of its scenarios. The module is imported by name, so that the room `scenario` depends on no network.
"""

import json
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
    """Names of the networks that a scenario can name, sorted: packages that hold a schema."""
    folder = Path(__file__).parents[1] / "networks"
    return tuple(sorted(path.parent.name for path in folder.glob("*/sections.py")))


@cache
def schema_of(network: str) -> type[Scenario]:
    """Schema of the scenarios of a network; `network` must be one of `names()`."""
    schema: type[Scenario] = import_module(f"{PACKAGE}.{network}.sections").SCENARIO
    return schema


def scenario_of(fields: Mapping[str, Any]) -> Scenario:
    """Restore a resolved scenario from the mapping that its `model_dump(mode="json")` gave."""
    return schema_of(fields["network"]).model_validate_json(json.dumps(fields))
