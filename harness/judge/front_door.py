"""The two-sided part of rung 1: what each side's own workflow was about to feed its network.

Evidence: `contract/seen.npz` of both sides, where their workflows were stopped. Each array is held against the
harness's own, where it has one, and against the other side's. What is given group by group is compared for the groups
that both have, whatever their order.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from harness import layout
from harness.arrays import Array
from harness.dataset.grouped import GroupedData
from harness.judge.comparing import not_finite, relative_error
from harness.judge.evidence import Evidence
from harness.judge.findings import Findings

ROWS = ("relative", "input", "targets")
"""Arrays with a row for each group."""
GROUPS = "groups"
CANVAS = "canvas"
LIMIT = "seen"
Arrays = Mapping[str, Array]


def judge_front_doors(findings: Findings, evidence: Evidence, train: GroupedData) -> None:
    """Add the checks of every side that was stopped at its front door; none where no side was."""
    sides = {side: arrays for side in evidence.backends if (arrays := _seen(evidence, side))}
    own = _own(evidence, train)
    for side, arrays in sides.items():
        with findings.evidence_for(f"seen.{side}"):
            _compare(findings, f"seen.{side}", ("the data of the case", own), (side, arrays))
            if CANVAS in arrays:
                _judge_canvas(findings, side, float(arrays[CANVAS]), evidence.setup.padded_size)
    if len(sides) == len(evidence.backends):
        reference, candidate = sides.items()
        with findings.evidence_for("seen"):
            _compare(findings, "seen", reference, candidate)


def _seen(evidence: Evidence, side: str) -> dict[str, Array]:
    path = Path(side, layout.CONTRACT_FOLDER, layout.SEEN_ARRAYS)
    return evidence.arrays(path) if (evidence.case_dir / path).is_file() else {}


def _own(evidence: Evidence, train: GroupedData) -> dict[str, Array]:
    """What the harness itself feeds, under the names of `harness.ports.seen.ARRAYS`; it knows no targets."""
    return {
        GROUPS: train.groups,
        "relative": train.relative,
        "input": np.moveaxis(train.X[train.groups], 1, -1),
        "probe": evidence.probe,
        "intensity_scale": np.array(evidence.setup.intensity_scale),
    }


def _judge_canvas(findings: Findings, side: str, found: float, needed: int) -> None:
    """A canvas may be larger than the groups of the case need, and no smaller."""
    message = f"canvas of {side}: {found:g} pixels a side, at least {needed} are needed for the groups of the case"
    findings.demand(f"seen.{side}.{CANVAS}", found >= needed, message)


def _compare(findings: Findings, name: str, reference: tuple[str, Arrays], candidate: tuple[str, Arrays]) -> None:
    (first, mine), (second, theirs) = reference, candidate
    common = [array for array in theirs if array in mine and array != GROUPS]
    for array in [array for array in common if array not in ROWS]:
        _judge_array(findings, f"{name}.{array}", mine[array], theirs[array], f"{array} of {second} against {first}")
    by_group = [array for array in common if array in ROWS]
    if not by_group and not (GROUPS in mine and GROUPS in theirs):
        return
    own, other = _same_groups(findings, f"{name}.{GROUPS}", reference, candidate)
    for array in by_group if own else ():
        where = f"{array} of {second} against {first}, in {len(own)} groups"
        _judge_array(findings, f"{name}.{array}", mine[array][own], theirs[array][other], where)


def _same_groups(
    findings: Findings, name: str, reference: tuple[str, Arrays], candidate: tuple[str, Arrays]
) -> tuple[list[int], list[int]]:
    """Rows of the reference and of the candidate that are of one group; where there is none, a check says why."""
    (first, mine), (second, theirs) = reference, candidate
    if without := [side for side, arrays in (reference, candidate) if GROUPS not in arrays]:
        message = f"{' and '.join(without)} did not say which patterns make up a group, so no row has a partner"
        findings.inconclusive(name, message)
        return [], []
    where = {tuple(group): row for row, group in reversed(list(enumerate(mine[GROUPS].tolist())))}
    pairs = [(where[tuple(group)], row) for row, group in enumerate(theirs[GROUPS].tolist()) if tuple(group) in where]
    total = len(theirs[GROUPS])
    findings.demand(name, 0 < total == len(pairs), f"{len(pairs)} of {total} groups of {second} are groups of {first}")
    return [own for own, _ in pairs], [other for _, other in pairs]


def _judge_array(findings: Findings, name: str, mine: Array, theirs: Array, where: str) -> None:
    """Types may differ, values may not by more than the limit."""
    problem = not_finite(theirs) or not_finite(mine)
    if mine.shape != theirs.shape:
        problem = f"shapes differ: {mine.shape} and {theirs.shape}"
    if problem:
        findings.demand(name, False, f"{where}: {problem}")
        return
    error = relative_error(theirs, mine)
    if error is None:
        findings.demand(name, not theirs.any(), f"{where}: the former must be zero everywhere, as the latter is")
    else:
        findings.measure(name, error, LIMIT, f"{where}: largest difference over the largest value")
