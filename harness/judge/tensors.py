"""Judging tensors of both sides by name: that each is there, of the same shape and type, finite, and equal enough."""

from collections.abc import Collection, Iterable, Mapping

import numpy as np

from harness.arrays import Array, Precision
from harness.judge.comparing import mismatch, not_finite, relative_error
from harness.judge.findings import Findings
from harness.judge.lockstep import Noise, largest
from harness.run.legs.distances import distance

Shapes = Mapping[str, tuple[int, ...]]


def judge_presence(findings: Findings, check: str, backend: str, found: Mapping[str, Array], expected: Shapes) -> None:
    """Demand that a side has exactly the tensors that are expected, in their shapes."""
    wrong = {
        "missing": sorted(expected.keys() - found.keys()),
        "unknown": sorted(found.keys() - expected.keys()),
        "of another shape": sorted(name for name in expected if name in found and found[name].shape != expected[name]),
    }
    said = "; ".join(f"{what}: {', '.join(names) or 'none'}" for what, names in wrong.items())
    findings.demand(check, not any(wrong.values()), f"{backend}: {said}")


def judge_tensor(
    findings: Findings, check: str, limit: str, own: Array, other: Array, where: str, problem: str = ""
) -> None:
    """Hold the largest difference of two tensors against `limit`, relative to the largest value of `other`.

    `problem`: what is wrong with them already; they then fail whatever their values.
    """
    if problem := mismatch(own, other) or problem or not_finite(own) or not_finite(other):
        findings.demand(check, False, f"{where}: {problem}")
        return
    error = relative_error(own, other)
    if error is None:
        findings.error(check, f"{where}: the reference is zero everywhere, so nothing was compared")
        return
    findings.measure(check, error, limit, f"{where}: largest difference over the largest value")


def judge_in_noise(
    findings: Findings, check: str, precision: Precision, own: Array, other: Array, noise: Noise, name: str
) -> None:
    """Hold the distance of two tensors against the distance that either side has from itself, limit `noise`."""
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
    words: str,
) -> None:
    """Judge those of the named tensors that both sides (reference, candidate) have, each as a check of its own.

    In float32 against the noise of the sides; in float64 against the exact limit, unless noise alone may exceed that.
    `words` say what `{}` is. What one side lacks is said by that side's own check.
    """
    reference, candidate = sides
    for name in names:
        if name not in reference or name not in candidate:
            continue
        check, own, other = f"{precision}.{name}", candidate[name], reference[name]
        if precision == "float32" or is_rounding(findings, precision, noise, name):
            judge_in_noise(findings, check, precision, own, other, noise, name)
        else:
            judge_tensor(findings, check, precision, own, other, f"{words.format(name)} ({precision})")


def is_rounding(findings: Findings, precision: Precision, noise: Noise, name: str) -> bool:
    """Whether the noise of a tensor, times its factor, exceeds the exact limit.

    The gradient of one bias is one sum, and where its terms cancel, nothing is left but their rounding.
    """
    exact, factor = findings.limit(precision), findings.limit("noise")
    measured = all(name in side for side in noise)
    return bool(measured and exact and factor and factor.value * largest(noise, name, precision) > exact.value)


def unchanged(before: Mapping[str, Array], after: Mapping[str, Array], names: Collection[str]) -> list[str]:
    """Those of the named tensors in which no value differs."""
    return [name for name in names if name in before and name in after and np.array_equal(before[name], after[name])]
