"""Rung 15: over several seeds of training, are the two sides equivalent, different, or is it undecided?

Evidence: `train_outputs/`, `bundle/` and `inference_outputs/` of both sides, of the case itself and of every further
member in `ensemble/<seed>/`. The members of one seed start from the same weights and see the same batches on both
sides, so their results are compared in pairs. Rounding, amplified by training, makes each pair differ; what is judged
is the mean difference, and whether the seeds spread the results of both sides alike. Each quantity has a bound in the
ledger, and the level is shared among the quantities.
"""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from harness.judge.equivalence import MOST_RUNS, POWER, Equivalence, equivalence
from harness.judge.evidence import NO_TRUTH, Evidence
from harness.judge.findings import Findings
from harness.judge.quantities import QUANTITIES, applicable, quantity
from harness.judge.reconstructions import CACHE_SIZE
from harness.judge.spread import judge_spread
from harness.judge.tolerances import Limit, Limits
from harness.judge.verdict import Check
from harness.run import ensemble

NEEDS = frozenset({"train", "infer", ensemble.LEG})
LEVEL = 0.05
"""Chance of a wrong verdict over all quantities: equal sides called different, or sides beyond a bound equivalent."""
ALPHA = LEVEL / len(QUANTITIES)
"""Level of the test of each quantity, by Bonferroni's correction."""


def judge(evidence: Evidence, limits: Limits) -> list[Check]:
    """Compare the sides over all members of the ensemble; without members, a skipped check says how to ask for them."""
    findings = Findings("ensemble", limits)
    if not evidence.scenario.ensemble.seeds:
        hint = "ask for one with --parity-override ensemble.seeds=16"
        findings.skip("members", f"the profile of this case leaves the ensemble out; {hint}")
        return findings.checks
    judge_members(findings, members(evidence))
    return sorted(findings.checks, key=_by_margin)  # so that the rung shows the message of the least margin


def _by_margin(check: Check) -> float:
    return -math.inf if check.margin is None else check.margin


@lru_cache(maxsize=CACHE_SIZE)
def members(evidence: Evidence) -> tuple[Evidence, ...]:
    """Evidence of every member of the ensemble; the first is the case itself."""
    others = ensemble.seeds(evidence.scenario)[1:]
    return evidence, *(_member(evidence, ensemble.member_folder(evidence.case_dir, seed)) for seed in others)


def _member(evidence: Evidence, folder: Path) -> Evidence:
    return Evidence(evidence.case_dir, evidence.backends, {side: folder / side for side in evidence.backends})


def judge_members(findings: Findings, runs: Sequence[Evidence]) -> None:
    """Add a check for each quantity to `findings`, from the evidence of the members; missing evidence is an error."""
    values: dict[str, dict[str, list[float | None]]] = {}
    names = applicable(runs[0])
    if not runs[0].has_truth:
        findings.skip("pearson_r", f"{NO_TRUTH}.")
    for name in names:
        with findings.evidence_for(name):
            found = values[name] = values_by_side(runs, name)
            if (bound := findings.limit(name)) is not None:
                _decide(findings, name, found, bound)
    judge_spread(findings, values, names, ALPHA)


def values_by_side(runs: Sequence[Evidence], name: str) -> dict[str, list[float | None]]:
    """Values of one quantity by side, a value for each run; None where it is not finite."""
    return {side: [_value(run, side, name) for run in runs] for side in runs[0].backends}


@lru_cache(maxsize=1024)  # the rung and the report need the same values
def _value(run: Evidence, side: str, name: str) -> float | None:
    return quantity(run, side, name)


def ensemble_metrics(evidence: Evidence) -> dict[str, Any] | None:
    """Section `ensemble` of `comparison_metrics.json`; None for a case without members.

    `seeds` of the members, `words`: the label of each quantity, `figures`: by quantity and side, a value for each seed.
    """
    seeds = ensemble.seeds(evidence.scenario)
    if not seeds:
        return None
    runs = members(evidence)
    words = {name: one.label for name, one in QUANTITIES.items()}
    return {
        "seeds": seeds,
        "words": words,
        "figures": {name: values_by_side(runs, name) for name in applicable(evidence)},
    }


def _decide(findings: Findings, name: str, found: Mapping[str, list[float | None]], bound: Limit) -> None:
    (reference, first), (candidate, second) = found.items()
    pairs = [(own, other) for own, other in zip(second, first, strict=True) if own is not None and other is not None]
    if len(pairs) < len(first):
        lost = f"{len(first) - len(pairs)} of {len(first)} seeds have no finite value on both sides"
        findings.decide(name, "fail", None, bound, f"{QUANTITIES[name].label}: {lost}")
        return
    decided = equivalence([own - other for own, other in pairs], bound.value, ALPHA)
    message = f"{QUANTITIES[name].label}, {candidate} minus {reference} over {len(pairs)} seeds: "
    message += _text(decided, bound.value)
    findings.decide(name, decided.decision, decided.largest, bound, message)


def _text(decided: Equivalence, bound: float) -> str:
    verdict = {"pass": "equivalent", "fail": "different", "inconclusive": "undecided"}[decided.decision]
    interval = f"mean {decided.mean:.3g}, {100 * (1 - 2 * ALPHA):g} % interval {decided.low:.3g} to {decided.high:.3g}"
    sentence = f"{interval}, bounds -{bound:g} and {bound:g}: {verdict}"
    if decided.decision != "inconclusive":
        return sentence
    if decided.needed is None:
        return f"{sentence}; {MOST_RUNS} seeds would not decide: the mean lies on a bound, or the spread is too wide"
    hint = f"would decide, with a chance of {POWER:g} if mean and spread stay as they are"
    return f"{sentence}; about {decided.needed} seeds {hint}"
