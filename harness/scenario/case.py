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
from harness.scenario.schema import Scenario

_LINE_WIDTH = 2**31
"""Line width: no value is ever folded, so that its comment stays beside it."""


class _Representer(RoundTripRepresenter):
    """Writes null out, where ruamel would leave the place empty."""


_Representer.add_representer(type(None), lambda self, _: self.represent_scalar("tag:yaml.org,2002:null", "null"))


@dataclass(frozen=True)
class Case:
    """What one parametrised test of the ladder is about."""

    id: str
    """The scenario's name, with its matrix point behind a hyphen."""
    name: str
    path: Path
    """The scenario's file."""
    profile: str
    scenario: Scenario
    origins: dict[str, str]
    """Dotted key -> `default`, or `KIND: FILE:LINE` with the kind `extends`, `scenario`, `profile NAME`, `matrix`."""
    overrides: dict[str, str]
    """Dotted key -> YAML text, as given on the command line."""

    def resolved_yaml(self) -> str:
        """Every value with its origin as a comment; read as a scenario file, it gives the same scenario."""
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
    if isinstance(value, tuple):
        items = CommentedSeq(_value(item) for item in value)
        items.fa.set_flow_style()
        return items
    return DoubleQuotedScalarString(value) if isinstance(value, str) else value
