"""The dotted keys of a scenario, such as `training.seed`: which exist and which values each allows, by the schema.

What follows the name of an open section, such as `limits.`, is one key, whatever dots it holds.
"""

import difflib
import functools
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harness.scenario.schema import Scenario, Section

OPEN = ("limits", "options", "environment", "outputs", "settings", "declared")
"""The sections whose own keys may hold dots."""

_NUMBERS = {"integer": "whole number", "number": "number"}
_BOUNDS = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}


def leaves(scenario: Scenario) -> dict[str, Any]:
    """Every value of a scenario under its dotted key, in the order of the schema."""
    return dict(_leaves(scenario, ""))


def _leaves(section: Section, prefix: str) -> Iterator[tuple[str, Any]]:
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, Section):
            yield from _leaves(value, f"{prefix}{name}.")
        elif isinstance(value, dict) and value:
            yield from ((f"{prefix}{name}.{key}", item) for key, item in value.items())
        else:
            yield f"{prefix}{name}", value


def nest(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Put values under dotted keys back into nested sections; the reverse of `leaves`."""
    result: dict[str, Any] = {}
    for key, value in flat.items():
        *path, last = _split(key)
        section = result
        for name in path:
            section = section.setdefault(name, {})
        section[last] = value
    return result


def _split(key: str) -> list[str]:
    parts = key.split(".")
    opened = next((number + 1 for number, name in enumerate(parts[:-1]) if name in OPEN), len(parts) - 1)
    return [*parts[:opened], ".".join(parts[opened:])]


def subsection(section: type[Section], name: str) -> type[Section] | None:
    """The section that a key of `section` opens, or None when the key holds a value."""
    annotation = section.model_fields[name].annotation if name in section.model_fields else None
    return annotation if isinstance(annotation, type) and issubclass(annotation, Section) else None


def is_open(section: type[Section], name: str) -> bool:
    """Whether the key holds a mapping with free keys, as `limits` does."""
    return _schema(section, name).get("type") == "object"


def allowed(key: str, schema: type[Scenario]) -> str:
    """Describe the values that a dotted key of the schema `schema` allows, such as `whole number >= 1`."""
    parts = _split(key)
    section: type[Section] = schema
    for name in parts[:-1]:
        inner = subsection(section, name)
        if inner is None:
            return _describe(_schema(section, name)["additionalProperties"])
        section = inner
    return _describe(_schema(section, parts[-1]))


def unknown(what: str, name: object, known: Iterable[str]) -> str:
    """End of an error message about an unknown name: what was found, a similar known name, and all known names."""
    names = sorted(known)
    return (
        f"found the unknown {what} {found(name)}{similar(str(name), names)}, allowed: {', '.join(names) or 'nothing'}."
    )


def similar(name: str, known: Iterable[str]) -> str:
    """The known name that is most like a mistyped one, as `, did you mean "NAME"`; empty where none is."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f', did you mean "{near[0]}"' if near else ""


def found(value: Any) -> str:
    """Format a value for an error message: as JSON, cut off after 60 characters."""
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _schema(section: type[Section], name: str) -> dict[str, Any]:
    schema: dict[str, Any] = _properties(section)[name]
    return schema


@functools.cache
def _properties(section: type[Section]) -> dict[str, Any]:
    properties: dict[str, Any] = section.model_json_schema()["properties"]
    return properties


def _describe(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema or schema.get("type") == "object":
        return "a section"
    if "const" in schema:
        return str(schema["const"])
    if "enum" in schema:
        return f"one of {', '.join(map(str, schema['enum']))}"
    if "anyOf" in schema:
        return " or ".join(_describe(item) for item in schema["anyOf"])
    if schema["type"] == "array":
        return _describe_list(schema)
    if schema["type"] in _NUMBERS:
        bounds = [f"{sign} {schema[bound]}" for bound, sign in _BOUNDS.items() if bound in schema]
        return f"{_NUMBERS[schema['type']]} {' and '.join(bounds)}".strip()
    return {"string": "text", "boolean": "true or false", "null": "null"}[schema["type"]]


def _describe_list(schema: Mapping[str, Any]) -> str:
    if "prefixItems" in schema:
        return f"list of {len(schema['prefixItems'])}, each {_describe(schema['prefixItems'][0])}"
    size = f" of {schema['minItems']} or more" if "minItems" in schema else ""
    return f"list{size}, each {_describe(schema['items'])}"
