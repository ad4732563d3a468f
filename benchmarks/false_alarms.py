"""How often the ensemble rung calls a backend different from itself.

A trial trains one backend over some seeds, and again from weights that were moved by one unit in the last place, and
holds the two ensembles against each other by the very test of the rung. No two trials share a seed, so they are
independent. Prints what each trial decided, then the rate of `fail` with its Clopper-Pearson interval at 95 %.

python benchmarks/false_alarms.py CASE [--backend torch] [--profile smoke] [--seeds 4] [--trials 20] [--store DIR]
"""

import argparse
import tempfile
from pathlib import Path

from scipy.stats import binomtest

from harness.judge import tolerances
from harness.judge.evidence import Evidence
from harness.judge.findings import Findings
from harness.judge.rungs.ensemble import judge_members
from harness.judge.verdict import RungVerdict
from harness.run import store
from harness.run.ensemble import LEGS, with_training
from harness.run.run_case import run_case
from harness.run.run_options import RunOptions
from harness.scenario.case import Case
from harness.scenario.catalogue import load_cases

ROOT = Path(__file__).parents[1]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case")
    parser.add_argument("--backend", default="torch")
    parser.add_argument("--profile", default="smoke")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--store")
    return parser.parse_args()


def pair(case: Case, seed: int, options: RunOptions, folder: Path) -> Evidence:
    """Train one backend twice from one seed, and return both trainings as the two sides of a case."""
    (backend,) = options.backends
    for nudge in (0, 1):
        own = with_training(case, case.id, seed=seed, nudge=nudge)
        run_case(own, LEGS, options, folder / str(nudge), lambda _: None)
    (folder / "0" / "scenario.yaml").write_text(case.resolved_yaml(), encoding="utf-8")
    again = f"{backend} again"
    return Evidence(folder / "0", (backend, again), {again: folder / "1" / backend})


def trial(case: Case, seeds: range, options: RunOptions) -> RungVerdict:
    """Verdict of the ensemble rung on one backend compared with itself over some seeds."""
    with tempfile.TemporaryDirectory() as scratch:
        runs = [pair(case, seed, options, Path(scratch) / str(seed)) for seed in seeds]
        findings = Findings("ensemble", tolerances.limits_of(case))
        judge_members(findings, runs)
        return RungVerdict("ensemble", tuple(findings.checks))


def main() -> None:
    args = arguments()
    (case,) = (case for case in load_cases([ROOT / "scenarios"], args.profile, {}) if case.id == args.case)
    options = RunOptions((args.backend,), {}, "cpu", store.location(args.store, ROOT), None)
    statuses = []
    for number in range(args.trials):
        first = case.scenario.training.seed + number * args.seeds
        verdict = trial(case, range(first, first + args.seeds), options)
        statuses.append(verdict.status)
        print(f"seeds from {first}: {verdict.status}, margin {verdict.margin:.3g}: {verdict.message}", flush=True)
    alarms = statuses.count("fail")
    low, high = binomtest(alarms, len(statuses)).proportion_ci(0.95, method="exact")
    counts = {status: statuses.count(status) for status in sorted(set(statuses))}
    print(f"{counts}; false alarms: {alarms} of {len(statuses)}, 95 % interval {low:.3f} to {high:.3f}")


if __name__ == "__main__":
    main()
