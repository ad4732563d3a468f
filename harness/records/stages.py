"""`<backend>/stages.json`: one run, stage by stage, from what was measured to what was predicted."""

from harness.records.record import Number, Record


class StageFigures(Record):
    """Statistics of the amplitudes of one stage; `judge/intensity.py` defines each figure."""

    shape: tuple[int, ...]
    dtype: str
    min: Number | None
    max: Number | None
    mean: Number | None
    std: Number | None
    rms: Number | None
    nan: int
    finite: int
    total: int


class StepRecord(Record):
    """One stage over the one before it; `judge/symmetry.py` defines each figure."""

    stage: str
    over: str | None
    """The stage before; None of the first."""
    ratio: Number | None
    rms_ratio: Number | None
    expected: Number | None
    symmetry: Number | None


class ProductRecord(Record):
    """The chain as a whole; None where it does not reach its end."""

    ratio: Number | None
    symmetry: Number | None


class SymmetryCheck(Record):
    """Is the run as bright where it ends as where it began?"""

    expected: Number
    tolerance: Number
    first_beyond: str | None
    deviates_most: str | None
    deviation: Number | None
    is_symmetric: bool | None
    """None where stages are missing and the others keep to the tolerance."""


class StageRatios(Record):
    """The steps between the stages that are there, and what follows from them."""

    steps: tuple[StepRecord, ...]
    product: ProductRecord
    check: SymmetryCheck
