"""`comparison/localisation.json`: the first tensor of the lock-step that a red check compared."""

from harness.records.record import Number, SparseRecord


class LocalisationRecord(SparseRecord):
    """Where the sides part. `judge/difference.py` defines the figures, of which some are absent where shapes differ."""

    rung: str
    check: str
    stage: str
    """Named stage, `loss`, `gradient`, `step` or `trajectory`."""
    tensor: str
    precision: str
    against: str
    """Whose tensor it was held against: the reference side, or `oracle`."""
    first_step: int
    index: tuple[int, ...] | None = None
    reference: Number | str | None = None
    candidate: Number | str | None = None
    max_abs: Number | None
    max_rel: Number | None
    ulp: Number | None
    cosine: Number | None = None
    share: Number | None = None
    shape: tuple[int, ...]
    wrong_alone: tuple[str, ...] | None = None
    not_alone: tuple[str, ...] = ()
    transformation: str = ""
    message: str
