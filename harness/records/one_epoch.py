"""Record of one epoch that consists of the steps of a trajectory, without anybody who looks: `one_epoch.json`."""

from harness.records.record import Record


class OneEpoch(Record):
    """What the epoch left, float64; None for a figure that is not finite."""

    loss: float | None
    """The loss that the side reports of it."""
    unwatched: dict[str, float | None]
    """How far each weight at its end is from the same steps of the trajectory, which were looked at, relative."""
