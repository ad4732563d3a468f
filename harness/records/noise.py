"""`noise_<precision>.json`: how far trajectories from nudged weights end up from the trajectory without a nudge."""

from harness.records.record import Record


class TrajectoryNoise(Record):
    """Contents of the file: by the name of a tensor, one relative distance for each nudge (draw)."""

    first: dict[str, list[float]]
    """Distance of each weight, and of each array of the optimiser's state, after one step."""
    weights: dict[str, list[float]]
    """Largest distance of each weight over all steps."""
    steps: list[list[float]]
    """(draws, steps) distance of all weights together."""
