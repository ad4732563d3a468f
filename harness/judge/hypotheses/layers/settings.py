"""A layer with another setting."""

from dataclasses import replace
from typing import Any

from harness.judge.hypotheses.layers.compute import Layer


def with_setting(layer: Layer, **settings: Any) -> Layer:
    """A layer with other attributes."""
    return replace(layer, attributes={**layer.attributes, **settings})
