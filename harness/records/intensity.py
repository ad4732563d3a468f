"""How bright a run is, stage by stage: what `<backend>/stages.json` says of it. A figure that cannot be had is None."""

from harness.records.record import Record


class StageFigures(Record):
    """Statistics of the amplitudes of one stage; the moments are of its finite values."""

    shape: tuple[int, ...]
    dtype: str
    min: float | None
    max: float | None
    mean: float | None
    std: float | None
    rms: float | None
    """Root mean square."""
    nan: int
    finite: int
    total: int
    """Values, as are the two before."""

    @property
    def is_whole(self) -> bool:
        """Whether every value is finite."""
        return self.finite == self.total


class Step(Record):
    """From one stage to the next that is there; of the first stage there is none before it."""

    stage: str
    over: str | None
    """The stage before."""
    ratio: float | None
    """Of the means."""
    rms_ratio: float | None
    expected: float | None
    """What physics says that the ratio of the root mean squares is."""
    symmetry: float | None
    """That ratio over the expected one; None where a stage holds values that are not finite."""


class ChainProduct(Record):
    """Products over all steps; None when the chain does not reach its end."""

    ratio: float | None
    symmetry: float | None


class SymmetryCheck(Record):
    """Whether the chain is as bright at its end as at its start."""

    expected: float
    tolerance: float
    first_beyond: str | None
    """The first stage whose step is beyond the tolerance."""
    deviates_most: str | None
    """The stage whose step deviates most, by a factor either way."""
    deviation: float | None
    is_symmetric: bool | None
    """None where stages are missing and the others keep to the tolerance."""


class StageRatios(Record):
    """The chain of a side."""

    steps: tuple[Step, ...]
    product: ChainProduct
    check: SymmetryCheck
