"""Layers: the values that one part of a scenario file sets, by dotted key; a later layer replaces single keys."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.errors import HarnessError
from harness.scenario.keys import found, is_open, nest, subsection, unknown
from harness.scenario.schema import Scenario, Section
from harness.scenario.source import COMMAND_LINE, Place, has_comment, parse


@dataclass(frozen=True)
class Leaf:
    """One value, the kind of layer that set it, and the line of the file where it was set."""

    value: Any
    kind: str
    place: Place

    @property
    def origin(self) -> str:
        """Kind of layer and place of the value, such as `profile smoke: scenarios/gs1_ideal.yaml:7`."""
        return f"{self.kind}: {self.place.label}"


Layer = dict[str, Leaf]


def stack(layers: Iterable[Layer]) -> Layer:
    """Merge layers, of which later ones win; the keys that the last layer set come last in the result."""
    merged: Layer = {}
    for layer in layers:
        merged = {key: leaf for key, leaf in merged.items() if key not in layer} | layer
    return merged


def flatten(
    body: Any,
    schema: type[Scenario],
    kind: str,
    place: Callable[[str], Place],
    problems: list[str],
    file_keys: Sequence[str] = (),
) -> Layer:
    """Turn a part of a scenario file into a layer.

    Args:
        body: nested mapping, as it was read from YAML.
        schema: schema of the scenario's network.
        kind: kind of the layer, which becomes part of the origin of each value.
        place: from a dotted key to its place in the file.
        problems: list that takes one sentence for each unknown key and for each value where a section is needed.
        file_keys: keys beside the schema's that are allowed at the top of the file.
    """
    leaves = _Flattener(place, problems, file_keys, schema.moved).section(body, schema, "")
    return {key: Leaf(value, kind, place(key)) for key, value in leaves}


def override_layer(overrides: Mapping[str, str], schema: type[Scenario]) -> Layer:
    """Layer of all `--parity-override KEY=VALUE`; raises HarnessError for unknown keys and broken YAML."""
    problems: list[str] = []
    bodies = [nest({key: _override(key, text)}) for key, text in overrides.items()]
    layers = [flatten(body, schema, "override", lambda _: Place(), problems) for body in bodies]
    if problems:
        raise HarnessError("\n".join(problems))
    return stack(layers)


def _override(key: str, text: str) -> Any:
    try:
        value = parse(text).value
    except HarnessError as error:
        reason = str(error).removeprefix(f"{COMMAND_LINE}: ")
        raise HarnessError(f"{COMMAND_LINE}: {key}: {reason}") from error
    if has_comment(text):
        raise HarnessError(
            f"{COMMAND_LINE}: {key}: found {found(text)}, of which YAML takes what follows '#' for a comment, "
            "allowed: a value without a comment; put text that holds '#' in quotes."
        )
    return value


@dataclass(frozen=True)
class _Flattener:
    place: Callable[[str], Place]
    problems: list[str]
    file_keys: Sequence[str]
    moved: Mapping[str, str]

    def section(self, body: Any, section: type[Section], key: str) -> Iterator[tuple[str, Any]]:
        for inner, name, value in self._items(body, key, section.model_fields):
            nested = subsection(section, name)
            if inner in self.moved:
                self.problems.append(f"{self.place(inner)}: {inner}: stands at {self.moved[inner]} now; move it there.")
            elif name not in section.model_fields:
                known = [*section.model_fields, *(() if key else self.file_keys)]
                self.problems.append(f"{self.place(inner)}: {inner}: {unknown('key', name, known)}")
            elif nested is not None:
                yield from self.section(value, nested, inner)
            elif is_open(section, name):
                yield from ((leaf, item) for leaf, _, item in self._items(value, inner, ["rung.check"]))
            else:
                yield inner, value

    def _items(self, body: Any, key: str, known: Iterable[str]) -> Iterator[tuple[str, str, Any]]:
        if isinstance(body, dict):
            yield from ((f"{key}.{name}" if key else name, name, value) for name, value in body.items())
        else:
            at = f"{self.place(key)}: {key}" if key else f"{self.place(key)}"
            self.problems.append(f"{at}: found {found(body)}, allowed: a section of {', '.join(known)}.")
