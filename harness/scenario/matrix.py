"""The section `matrix` of a scenario file: one case for each combination of the values of its axes."""

import itertools
import math
import re
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any

from harness.scenario.keys import found, nest
from harness.scenario.layers import Layer, flatten, stack
from harness.scenario.schema import Scenario
from harness.scenario.source import Source

_LABEL = re.compile(r"[A-Za-z0-9_.+-]+")
Point = tuple[str, Layer]
MOST_POINTS = 10_000
"""Cases that one scenario may make; each becomes a test a rung."""


def points(source: Source, schema: type[Scenario], overridden: Collection[str], problems: list[str]) -> list[Point]:
    """Label and layer of every matrix point; without a matrix one point with an empty label.

    A label joins the labels of the axes by hyphens. An axis whose keys are all overridden on the command line is left
    out, since its labels would no longer be true. Problems are appended to `problems`, one sentence each.
    """
    matrix = source.value.get("matrix", {})
    if not isinstance(matrix, dict):
        problems.append(f"{source.place('matrix')}: matrix: found {found(matrix)}, allowed: dotted keys with values.")
        return []
    axes = [_axis(source, schema, key, values, problems) for key, values in matrix.items()]
    problems += _set_twice(source, dict(zip(matrix, axes, strict=True)))
    free = [axis for axis in axes if not all(set(layer) <= set(overridden) for _, layer in axis)]
    if (count := math.prod(map(len, free))) > MOST_POINTS:
        problems.append(f"{source.place('matrix')}: matrix: found {count} points, allowed: at most {MOST_POINTS}.")
        return []
    return [
        ("-".join(label for label, _ in point), stack(layer for _, layer in point))
        for point in itertools.product(*free)
    ]


def _set_twice(source: Source, axes: Mapping[str, list[Point]]) -> Iterator[str]:
    """A sentence for each key that two axes set: only the later one would hold, and the other's label be untrue."""
    setter: dict[str, str] = {}
    for axis, named in axes.items():
        for key in dict.fromkeys(key for _, layer in named for key in layer):
            if (other := setter.setdefault(key, axis)) != axis:
                yield (
                    f"{source.place(f'matrix.{axis}')}: matrix.{axis}: sets {key}, which matrix.{other} sets as well; "
                    "a label would be untrue. Allowed: each key in one axis."
                )


def label(value: Any) -> str:
    """Format a value for the name of a case: 1000.0 becomes `1e3`, 0.5 becomes `0.5`, text stays as it is."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, float):
        return str(value)
    number = Decimal(repr(value)).normalize()
    scientific = f"{number:E}".lower().replace("+", "")
    return min(f"{number:f}", scientific, key=len)


def _axis(source: Source, schema: type[Scenario], key: str, values: Any, problems: list[str]) -> list[Point]:
    place = source.place(f"matrix.{key}")
    labels = [name for name, _ in _named(values)]
    if not labels or len(set(labels)) < len(labels) or not all(map(_LABEL.fullmatch, labels)):
        wanted = "list of different numbers or words, or a mapping of names to values"
        problems.append(f"{place}: matrix.{key}: found {found(values)}, allowed: {wanted}.")
        return []
    if untrue := [(name, value) for name, value in _named(values) if _is_other_number(name, value)]:
        name, value = untrue[0]
        wanted = "a word, or the number itself"
        problems.append(f"{place}: matrix.{key}: found the label {found(name)} for {found(value)}, allowed: {wanted}.")
        return []
    return [
        (name, flatten(nest({key: value}), schema, "matrix", lambda _: place, problems))
        for name, value in _named(values)
    ]


def _is_other_number(name: str, value: Any) -> bool:
    """Whether a label reads as a number and stands for another."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return float(name) != value
    except ValueError:
        return False


def _named(values: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(values, dict):
        yield from values.items()
    elif isinstance(values, list):
        yield from ((label(value), value) for value in values)
