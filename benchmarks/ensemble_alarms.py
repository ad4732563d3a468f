"""How often the ensemble rung is red, or open, on members of sound backends: every subset of the members of a hub.

The members of one case are trained once, and each subset of a size is judged as if it were the whole ensemble. The
trials share their members: they are dependent, and no interval is given. A figure for each half of the members, which
share none, stands beside them.

python benchmarks/ensemble_alarms.py HUB/CASE [--sizes 4 8]
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from itertools import combinations, islice
from pathlib import Path

from rich.progress import track

from harness.judge import tolerances
from harness.judge.evidence import Evidence
from harness.judge.findings import Findings
from harness.judge.rungs.ensemble import judge_members, members
from harness.judge.verdict import RungVerdict
from harness.records.case import CaseRecord

MOST = 2000
"""Subsets that are judged at most, evenly spread over all of them."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", type=Path, help="folder of a case with members, in a hub")
    parser.add_argument("--sizes", type=int, nargs="+", default=[4, 8])
    return parser.parse_args()


def verdict_of(runs: Sequence[Evidence], limits: tolerances.Limits) -> RungVerdict:
    findings = Findings("ensemble", limits)
    judge_members(findings, runs)
    return RungVerdict("ensemble", tuple(findings.checks))


def subsets(runs: Sequence[Evidence], size: int) -> list[tuple[Evidence, ...]]:
    every = list(combinations(runs, size))
    return list(islice(every, 0, None, max(1, len(every) // MOST)))


def main() -> None:
    args = arguments()
    found = CaseRecord.read(args.case / "case.json")
    limits = tolerances.resolve(found.profile, found.limits, found.limit_origins, found.scenario)
    runs = members(Evidence(args.case, found.backends))
    for size in args.sizes:
        tried, red = Counter[str](), Counter[str]()
        for chosen in track(subsets(runs, size), f"{size} of {len(runs)}"):
            verdict = verdict_of(chosen, limits)
            tried[verdict.status] += 1
            red.update(check.name for check in verdict.checks if check.status in ("fail", "error"))
        total = tried.total()
        share = tried["fail"] + tried["error"]
        what = f"{size} of {len(runs)} members, {total} subsets"
        print(f"{what}: {share} red ({share / total:.4f}), {dict(tried)}, {dict(red)}")
        halves = [
            verdict_of(runs[start : start + size], limits).status for start in range(0, len(runs) - size + 1, size)
        ]
        print(f"   disjoint: {', '.join(halves)}")


if __name__ == "__main__":
    main()
