"""`noise_<precision>.json`: how far the trajectories of nudged weights are from the plain one."""

from harness.records.record import Record


class TrajectoryNoise(Record):
    """The whole file: a figure a draw, by the name of the tensor."""

    first: dict[str, list[float]]
    """Distance of the weights and of the optimiser's state after one step."""
    weights: dict[str, list[float]]
    """Distance of each weight, where it was farthest."""
    steps: list[list[float]]
    """(draws, steps) distance of all weights together."""
