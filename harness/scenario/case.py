"""One case: a resolved scenario under its name, with the origin of every value."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from harness.scenario.keys import leaves, nest
from harness.scenario.schema import Scenario, Section

_LINE_WIDTH = 2**31
"""Line width in characters, so large that no value is wrapped and its comment stays on the same line."""


class _Representer(RoundTripRepresenter):
    """YAML writer that prints `null`, where ruamel would print nothing after the key."""


_Representer.add_representer(type(None), lambda self, _: self.represent_scalar("tag:yaml.org,2002:null", "null"))


@dataclass(frozen=True)
class Case:
    """A scenario with one value for every key, as it is run and judged; one parameter of the ladder's tests."""

    id: str
    """Name of the scenario, followed by a hyphen and the label of its matrix point if the scenario has a matrix."""
    name: str
    path: Path
    """The scenario's YAML file."""
    profile: str
    scenario: Scenario
    origins: dict[str, str]
    """Dotted key -> `default`, or `KIND: FILE:LINE` with the kind `extends`, `scenario`, `profile NAME`, `matrix`."""
    overrides: dict[str, str]
    """Dotted key -> YAML text, as given on the command line."""
    measured: Path | None = None
    """The file that takes the place of the scenario's data; None for the data that the scenario names."""
    upstream: Path | None = None
    """Checkout of the repository that the pair imports; None where it needs none, or there is none."""

    def resolved_yaml(self) -> str:
        """Content of `scenario.yaml`: every value with its origin as a comment; it can be loaded as a scenario file."""
        document = _commented(nest(leaves(self.scenario)), "", self.origins)
        document.yaml_set_start_comment(f"{self.id}, profile {self.profile}")
        yaml = YAML()
        yaml.Representer = _Representer
        yaml.width = _LINE_WIDTH
        stream = io.StringIO()
        yaml.dump(document, stream)
        return stream.getvalue()


def _commented(section: dict[str, Any], prefix: str, origins: dict[str, str]) -> CommentedMap:
    result = CommentedMap()
    for name, value in section.items():
        key = prefix + name
        if key in origins:
            result[name] = _value(value)
            result.yaml_add_eol_comment(origins[key], name, column=0)
        else:
            result[name] = _commented(value, f"{key}.", origins)
    return result


def _value(value: Any) -> Any:
    if isinstance(value, Section):
        section = CommentedMap({name: _value(item) for name, item in value.model_dump().items()})
        section.fa.set_flow_style()
        return section
    if isinstance(value, tuple | list):
        items = CommentedSeq(_value(item) for item in value)
        items.fa.set_flow_style()
        return items
    return DoubleQuotedScalarString(value) if isinstance(value, str) else value
