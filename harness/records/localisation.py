"""`comparison/localisation.json`: the first tensor, in the order of computation, at which the two sides differ."""

from harness.records.record import Number, SparseRecord


class LocalisationRecord(SparseRecord):
    """Contents of `localisation.json`.

    `judge/difference.py` defines `index` to `share`, the measures of the difference; some are absent where the shapes
    of the two tensors differ.
    """

    rung: str
    check: str
    stage: str
    """Part of the lock-step: a named stage, `loss`, `gradient`, `step` or `trajectory`."""
    tensor: str
    """Name of the stage, of the term of the loss or of the weight."""
    precision: str
    against: str
    """What the tensor was compared with: the name of the reference side, or `oracle`."""
    first_step: int
    """Optimiser steps that were taken before the tensor was recorded."""
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
    """Stages that differ even when computed from the reference's earlier stages; None when that was not tried."""
    not_alone: tuple[str, ...] = ()
    """Stages that could not be computed in this way."""
    transformation: str = ""
    """What the tensor is instead of the other one, such as its conjugate; empty where no hypothesis explains it."""
    left: Number | None = None
    """What that leaves, of the tensor's largest value; None where nothing explains it, or in older hubs."""
    in_float32: tuple[str, ...] | None = None
    """Sides that computed the tensor in float32 although float64 was asked for; None in hubs of earlier versions."""
    written_in: tuple[str, ...] | None = None
    """Where the sides' own code computes the stage; None in hubs of earlier versions."""
    message: str
