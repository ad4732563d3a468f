"""Resolving a scenario file and the files that it extends to one validated scenario for each matrix point.

Values are taken in this order, of which later ones win: the defaults of the schema; for each file, from the
last base to the scenario itself, its own values and then those of its profile; the matrix point; the
overrides of the command line. So an extending file wins over its base, and within a file the profile wins.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Literal, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from harness.errors import HarnessError
from harness.scenario import networks
from harness.scenario.keys import allowed, found, leaves, nest, unknown
from harness.scenario.layers import Layer, flatten, override_layer, stack
from harness.scenario.matrix import points
from harness.scenario.schema import STATED, Scenario
from harness.scenario.source import Place, Source

Profile = Literal["smoke", "stable", "full"]
PROFILES: tuple[Profile, ...] = get_args(Profile)
FILE_KEYS = ("extends", "profiles", "matrix")


def resolve(
    chain: list[Source], profile: str, overrides: Mapping[str, str]
) -> Iterator[tuple[str, Scenario, dict[str, str]]]:
    """Yield for each matrix point its label, its scenario, and the origin of every value by dotted key.

    Args:
        chain: the scenario's file, then the files that it extends.
        profile: one of `PROFILES`.
        overrides: dotted key -> YAML text.

    Raises:
        HarnessError: one sentence for each problem of the files and of the overrides.
    """
    schema, problems = schema_of(chain), list[str]()
    given = override_layer(overrides, schema)
    files = [layer for source in reversed(chain) for layer in _layers(source, schema, profile, chain[0], problems)]
    stacks = [(label, stack([*files, point, given])) for label, point in points(chain[0], schema, given, problems)]
    # A rule about several values cannot be checked while one of them is missing because its key was misspelt.
    whole = not problems
    scenarios = [_validate(layer, schema, whole, problems) for _, layer in stacks]
    if problems:
        raise HarnessError("\n".join(problems))
    for (label, layer), scenario in zip(stacks, filter(None, scenarios), strict=True):
        yield label, scenario, {key: layer[key].origin if key in layer else "default" for key in leaves(scenario)}


def sections_of_others(chain: list[Source]) -> frozenset[str]:
    """Sections that only other networks than that of the scenario have; HarnessError for an unknown network."""
    others = {section for name in networks.names() for section in networks.schema_of(name).model_fields}
    return frozenset(others - set(schema_of(chain).model_fields))


def schema_of(chain: list[Source]) -> type[Scenario]:
    """Schema of the network that the first file with the key `network` names; HarnessError for an unknown one."""
    for source in chain:
        if "network" in source.value:
            name = source.value["network"]
            if name not in networks.names():
                raise HarnessError(f"{source.place('network')}: network: {unknown('network', name, networks.names())}")
            return networks.schema_of(name)
    if any("pair" in source.value for source in chain):
        return networks.schema_of("pair")
    return networks.schema_of(networks.DEFAULT)


def _layers(source: Source, schema: type[Scenario], profile: str, scenario: Source, problems: list[str]) -> list[Layer]:
    """The two layers of one file: its own values, then those of its profile `profile`."""
    body = {key: value for key, value in source.value.items() if key not in FILE_KEYS}
    kind = "scenario" if source is scenario else "extends"
    return [
        flatten(body, schema, kind, source.place, problems, FILE_KEYS),
        _profiles(source, schema, problems).get(profile, {}),
    ]


def _profiles(source: Source, schema: type[Scenario], problems: list[str]) -> dict[str, Layer]:
    """Layer of every profile of a file; those that are not used are flattened too, to find unknown keys in them."""
    profiles = source.value.get("profiles", {})
    if not isinstance(profiles, dict):
        allowed_names = ", ".join(PROFILES)
        problems.append(f"{source.place('profiles')}: profiles: found {found(profiles)}, allowed: {allowed_names}.")
        return {}
    return {name: _profile(source, schema, name, body, problems) for name, body in profiles.items()}


def _profile(source: Source, schema: type[Scenario], name: str, body: object, problems: list[str]) -> Layer:
    at = f"profiles.{name}"
    if name not in PROFILES:
        problems.append(f"{source.place(at)}: {at}: {unknown('profile', name, PROFILES)}")
        return {}

    def place(key: str) -> Place:
        return source.place(f"{at}.{key}" if key else at)

    return flatten(body, schema, f"profile {name}", place, problems)


def _validate(layer: Layer, schema: type[Scenario], whole: bool, problems: list[str]) -> Scenario | None:
    try:
        return schema.model_validate(nest({key: leaf.value for key, leaf in layer.items()}))
    except ValidationError as error:
        errors = [item for item in error.errors() if whole or item["type"] != "value_error"]
        problems.extend(_sentence(item, layer, schema) for item in errors)
        return None


def _sentence(details: ErrorDetails, layer: Layer, schema: type[Scenario]) -> str:
    where = [str(part) for part in details["loc"]]
    for length in range(len(where), 0, -1):
        key = ".".join(where[:length])
        if key in layer:
            wanted = details["msg"] if details["type"] == STATED else allowed(key, schema)
            return f"{layer[key].place}: {key}: found {found(layer[key].value)}, allowed: {wanted}."
    message = details["msg"].removeprefix("Value error, ")
    key = broken_key(".".join(where), message, layer)
    return f"{layer[key].place}: {key}: {message}."


def broken_key(section: str, message: str, layer: Layer) -> str:
    """Key to report for a broken rule: of those that its message names, else of its section, the one set last."""
    keys = [key for key in reversed(layer) if key.startswith(section)]
    named = set(re.findall(r"\w+", message))
    return next((key for key in keys if key.rpartition(".")[2] in named), keys[0])
