"""The precision in which a stage was computed, measured and not believed.

Ports cast to complex64 inside, and frameworks resize in float32 whatever comes in. An array of float64 of which every
value is one of float32 was computed in float32. Where both sides do so, float64 cannot be had of that stage and of
what follows: the checks in float32 decide, and what fails in float64 alone is inconclusive. Where one side does so, the
sides differ, and the check fails.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from harness.arrays import Array
from harness.errors import HarnessError
from harness.judge.comparing import relative_error
from harness.judge.evidence import Evidence
from harness.judge.tolerances import Limits
from harness.judge.verdict import Check, excused

FOLLOWING = ("stages", "loss", "gradient", "step", "trajectory")
"""Rungs whose checks in float64 depend on the precision of the stages, and have checks in float32 beside them."""
_TOGETHER = "float32.distance"
"""The check in float32 of all weights of a trajectory together."""


def in_float32(array: Array) -> bool:
    """Whether an array was computed in float32: by its type, or because every value of it is one of float32."""
    if array.dtype in (np.float32, np.complex64):
        return True
    if array.dtype not in (np.float64, np.complex128) or not array.any():
        return False
    parts = np.ascontiguousarray(array).view(np.float64)
    with np.errstate(over="ignore"):
        return bool(np.array_equal(parts, parts.astype(np.float32)))


def significant_bits(array: Array) -> int:
    """Bits of the mantissas that any value of an array of float32 or float64 uses: at most 24 and 53.

    Half precision leaves 11 and bfloat16 8, whatever type their values stand in afterwards.
    """
    most = np.finfo(array.dtype).nmant + 1
    mantissas = np.ldexp(np.frexp(np.ravel(array))[0], most).astype(np.int64)
    used = int(np.bitwise_or.reduce(np.abs(mantissas)))
    return most - ((used & -used).bit_length() - 1) if used else 0


def in_one_type(own: Array, other: Array) -> tuple[Array, Array]:
    """Two arrays that were computed in float32, in the wider of their types; others are as they are."""
    if in_float32(own) and in_float32(other) and own.dtype.kind == other.dtype.kind:
        wide = np.result_type(own, other)
        return own.astype(wide), other.astype(wide)
    return own, other


def sides_in_float32(sides: Sequence[str], arrays: Sequence[Array]) -> tuple[str, ...]:
    """The sides whose array was computed in float32."""
    return tuple(side for side, array in zip(sides, arrays, strict=True) if in_float32(array))


def computed_in(sides: Sequence[str], arrays: Sequence[Array]) -> str:
    """Say which of the sides computed in float32 although float64 was asked for; empty where none did."""
    single = sides_in_float32(sides, arrays)
    return f"computed in float32 by {' and '.join(single)}, although float64 was asked for" if single else ""


def of_rounding(checks: Iterable[Check]) -> set[str]:
    """Names of the red checks of rung stages in float64 that float32 hides, where it shows a stage that is wrong.

    A constant that one framework keeps in float32 makes every stage behind it differ by 1e-9: true, and not what a
    reader looks for while a layer is wrong by itself by more than float32 may be.
    """
    made = list(checks)
    limit = min((check.limit for check in made if check.name.startswith("float32.") and check.limit), default=0.0)
    red = [check for check in made if check.status == "fail" and check.name.startswith(("alone.", "float64."))]
    small = {check.name for check in red if check.value is not None and check.value <= limit}
    return small if any(check.name.startswith("alone.") and check.name not in small for check in red) else set()


def applied(rung: str, checks: Sequence[Check], evidence: Evidence, limits: Limits) -> list[Check]:
    """The checks of a rung; those that float64 cannot decide are inconclusive where float32 agrees.

    What has no value, such as a weight that never moves, needs no precision to be decided.
    """
    measured = [check for check in checks if check.status == "fail" and check.value is not None]
    failed = [check for check in measured if "float64" in check.name.split(".")]
    stage = _first_in_float32(evidence, limits) if rung in FOLLOWING and failed else None
    if stage is None:
        return list(checks)
    passed = {check.name for check in checks if check.status == "pass"}
    return [_undecided(check, stage) if check in failed and _twin(check) in passed else check for check in checks]


def _twin(check: Check) -> str:
    """Name of the check in float32 that decides where float64 cannot be had."""
    return _TOGETHER if check.rung == "trajectory" else check.name.replace("float64", "float32")


def _undecided(check: Check, stage: str) -> Check:
    why = f"both sides compute the stage {stage} in float32, so float64 cannot be had; float32 agrees"
    return excused(check, "inconclusive", why)


def _first_in_float32(evidence: Evidence, limits: Limits) -> str | None:
    """The first stage that differs in float64, if both sides compute it in float32 and differ by rounding of that."""
    exact, rounding = limits.find("stages.float64"), limits.find("stages.float32")
    if exact is None or rounding is None:
        return None
    try:
        sides = [evidence.stages(side, "float64") for side in evidence.backends]
    except HarnessError:  # the stages rung reports why there are none
        return None
    for name in [stage.name for stage in evidence.contract.stages if all(stage.name in side for side in sides)]:
        other, own = (side[name] for side in sides)
        error = relative_error(own, other) if own.shape == other.shape else np.inf
        if error is None or (exact.holds(error) and own.dtype == other.dtype == np.result_type(own, np.float64)):
            continue
        return name if rounding.holds(error) and in_float32(own) and in_float32(other) else None
    return None
