"""The forward pass as a table of functions, each of which computes one stage from the stages before it.

Each port fills the table with functions of its own framework. The same functions compute the whole pass, the pass up
to the object patches, and a single stage from stages that are given.
"""

from collections.abc import Callable, Mapping
from typing import Any

Stages = dict[str, Any]
"""Tensors by name, in a port's own layout: `measured`, `relative`, then the stages in order."""
Compute = Callable[[Stages], Any]
"""Function that computes one stage from the stages before it."""


class ForwardPass:
    """The functions of the stages, in the order in which they run.

    Beside the stages of the contract, a table has an entry for each intermediate tensor that several stages share.
    """

    def __init__(self, table: Mapping[str, Compute]) -> None:
        self.table = dict(table)

    def __call__(
        self, measured: Any, relative: Any, until: str | None = None, known: Mapping[str, Any] | None = None
    ) -> Stages:
        """Compute the stages in order, and return all of them by name.

        Args:
            measured: square roots of the counts, in the port's own layout.
            relative: relative offsets, in the port's own layout.
            until: the last stage to compute; None: all.
            known: stages to take as given instead of computing them, except `until` itself.
        """
        stages: Stages = {"measured": measured, "relative": relative}
        given = known or {}
        for name, compute in self.table.items():
            stages[name] = given[name] if name in given and name != until else compute(stages)
            if name == until:
                break
        return stages
