"""What a user's own workflow was about to train when it was stopped: its settings, and what it feeds its network."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.arrays import Array
from harness.errors import HarnessError
from harness.ports.contract import Value

ARRAYS = {
    "groups": "(G, C) indices of the patterns of each group",
    "relative": "(G, 1, 2, C) pixels [x, y]: `-(position - centre of its group)`",
    "input": "(G, N, N, C) what the network takes",
    "targets": "what the loss takes beside the network's output",
    "probe": "(N, N) complex probe as it meets the object",
    "intensity_scale": "() the factor between the input and the square root of the counts",
    "canvas": "() side in pixels of the canvas on which a group is merged",
}
"""Arrays that a workflow may be asked for, each with its layout."""


@dataclass(frozen=True)
class Seen:
    """What was found where the workflow would have trained."""

    settings: Mapping[str, Value] = field(default_factory=dict)
    """Settings by name, such as `learning_rate`; those that the scenario knows go by its names."""
    arrays: Mapping[str, Array] = field(default_factory=dict)
    """Some of `ARRAYS`."""

    def __post_init__(self) -> None:
        """Refuse an array that no check knows: it would be passed over in silence."""
        unknown = sorted(set(self.arrays) - set(ARRAYS))
        if unknown:
            raise HarnessError(f"Seen: arrays: found {', '.join(unknown)}, allowed: {', '.join(ARRAYS)}.")
