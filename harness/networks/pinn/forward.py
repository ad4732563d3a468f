"""The forward pass as a table: every named stage, in order, computed from those before it.

Each backend fills the table with functions of its own framework. The whole pass, the pass up to the object
patches, and one stage on stages that came from elsewhere all go through the same functions.
"""

from collections.abc import Callable, Mapping
from typing import Any

Stages = dict[str, Any]
"""Tensors by name, in a backend's own layout: `measured`, `relative`, then stage after stage."""
Compute = Callable[[Stages], Any]
"""Computes one stage from those before it."""


class ForwardPass:
    """The functions of the stages, in the order in which they run.

    A table may hold more than the named stages of the contract: what several stages share is an entry too.
    """

    def __init__(self, table: Mapping[str, Compute]) -> None:
        self.table = dict(table)

    def __call__(
        self, measured: Any, relative: Any, until: str | None = None, known: Mapping[str, Any] | None = None
    ) -> Stages:
        """Every stage up to and including `until`; those in `known` are taken as given, but for `until` itself.

        measured: the square roots of the counts; relative: the offsets; both in the backend's own layout.
        """
        stages: Stages = {"measured": measured, "relative": relative}
        given = known or {}
        for name, compute in self.table.items():
            stages[name] = given[name] if name in given and name != until else compute(stages)
            if name == until:
                break
        return stages
