"""Checks of the tensors of both sides by name: each must exist, have the same shape and type, be finite and agree."""

from collections.abc import Callable, Collection, Iterable, Mapping

import numpy as np

from harness.arrays import Array, Precision, Weights
from harness.judge.centre import in_common_centre
from harness.judge.common_factor import common_factor
from harness.judge.comparing import in_one_kind, mismatch, not_finite, relative_error
from harness.judge.findings import Findings
from harness.judge.lockstep import Noise, largest
from harness.run.legs.distances import distance

Shapes = Mapping[str, tuple[int, ...]]


def judge_presence(findings: Findings, check: str, backend: str, found: Mapping[str, Array], expected: Shapes) -> None:
    """Add a check that a side has exactly the expected tensors, with their shapes."""
    wrong = {
        "missing": sorted(expected.keys() - found.keys()),
        "unknown": sorted(found.keys() - expected.keys()),
        "of another shape": sorted(name for name in expected if name in found and found[name].shape != expected[name]),
    }
    text = "; ".join(f"{what}: {', '.join(names) or 'none'}" for what, names in wrong.items())
    findings.demand(check, not any(wrong.values()), f"{backend}: {text}")


def judge_tensor(
    findings: Findings, check: str, limit: str, own: Array, other: Array, where: str, problem: str = ""
) -> None:
    """Add a check of the largest difference of two tensors, relative to the largest value of `other`.

    Tensors of other shapes fail; of images of other sizes the message says how far their common centre is apart.

    Args:
        findings: where the check is added.
        check: name of the check.
        limit: name of the limit in the ledger, without the rung.
        own: tensor of the candidate.
        other: tensor of the reference.
        where: what the tensors are, for the message.
        problem: a known problem of the tensors; they then fail whatever their values.
    """
    if problem := mismatch(own, other) or problem or not_finite(own) or not_finite(other):
        centre = in_common_centre(own, other) if own.shape != other.shape else ""
        findings.demand(check, False, f"{where}: {problem}{centre}")
        return
    error = relative_error(own, other)
    if error is None:
        findings.error(check, f"{where}: the reference is zero everywhere, so nothing was compared")
        return
    findings.measure(check, error, limit, f"{where}: largest difference over the largest value")


def judge_in_noise(
    findings: Findings, check: str, precision: Precision, own: Array, other: Array, noise: Noise, name: str
) -> None:
    """Add a check of the distance of two tensors relative to their rounding noise, with the limit `noise`.

    Args:
        findings: where the check is added.
        check: name of the check.
        precision: precision in which the tensors were computed.
        own: tensor of the candidate.
        other: tensor of the reference.
        noise: distances of both sides from themselves after a nudge, by the name of the tensor.
        name: name of the tensor.
    """
    if problem := mismatch(own, other) or not_finite(own) or not_finite(other):
        findings.demand(check, False, f"{name}: {problem}")
        return
    if missing := [side for side in noise if name not in side]:
        findings.error(check, f"{name}: {len(missing)} of 2 sides measured no noise for it")
        return
    ratio = distance(own, other) / largest(noise, name, precision)
    findings.measure(check, ratio, "noise", f"{name}: distance between the sides over that of a side from itself")


def judge_each(
    findings: Findings,
    precision: Precision,
    names: Iterable[str],
    sides: tuple[Mapping[str, Array], Mapping[str, Array]],
    noise: Noise,
    description: str,
) -> None:
    """Add a check, `PRECISION.NAME`, for each of the named tensors that both sides have.

    In float32 the difference is compared with the noise of the sides; in float64 with the exact limit, unless the
    noise alone may exceed that. Tensors that one side lacks are reported by `judge_presence`.

    Args:
        findings: where the checks are added.
        precision: precision in which the tensors were computed.
        names: names of the tensors.
        sides: tensors by name of the reference and of the candidate.
        noise: distances of both sides from themselves after a nudge, by the name of the tensor.
        description: what the tensor named `{}` is, for the message.
    """
    reference, candidate = sides
    for name in names:
        if name not in reference or name not in candidate:
            continue
        check, (own, other) = f"{precision}.{name}", in_one_kind(candidate[name], reference[name])
        if precision == "float32" or is_rounding(findings, precision, noise, name):
            judge_in_noise(findings, check, precision, own, other, noise, name)
        else:
            judge_tensor(findings, check, precision, own, other, f"{description.format(name)} ({precision})")


def without_common_factor(
    findings: Findings,
    check: str,
    what: str,
    names: tuple[str, str],
    sides: tuple[Weights, Weights],
    meaning: Callable[[float], str] | None = None,
) -> Weights:
    """Report a factor that all tensors of the candidate share, and take it out of them; nothing where there is none.

    Args:
        findings: where the failed check is added.
        check: name of the check.
        what: what each tensor is, for the message.
        names: names of the sides, the reference first.
        sides: the tensors of the reference and of the candidate.
        meaning: what a factor means, such as `1 / rows x columns`; empty for one that means nothing.

    Returns:
        The tensors of the candidate without the factor.
    """
    if (common := common_factor(*sides)) is None:
        return sides[1]
    name = meaning(common.factor) if meaning else ""
    named = f" ({name})" if name else ""
    size = f"{common.factor:.6g}{named} times that of {names[0]}, cosine {common.cosine:.6g}"
    findings.demand(check, False, f"every {what} of {names[1]} is {size}; it is taken out of those below")
    return common.taken_out(sides[1])


def is_rounding(findings: Findings, precision: Precision, noise: Noise, name: str) -> bool:
    """Whether a tensor is dominated by rounding: its noise times the limit `noise` exceeds the exact limit.

    The gradient of a bias is one sum, for example; where its terms cancel, only their rounding is left.
    """
    exact, factor = findings.limit(precision), findings.limit("noise")
    measured = all(name in side for side in noise)
    return bool(measured and exact and factor and factor.value * largest(noise, name, precision) > exact.value)


def unchanged(before: Mapping[str, Array], after: Mapping[str, Array], names: Collection[str]) -> list[str]:
    """Names of the tensors that are equal, value for value, before and after."""
    return [name for name in names if name in before and name in after and np.array_equal(before[name], after[name])]
