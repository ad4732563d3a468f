"""Each backend against itself: trained once more from weights moved by one unit in the last place, it must be green.

Judged are the rungs of a training: telemetry, patches, scale, canvas, reconstruction and agreement. The rungs below are
exact, and a backend is bit for bit itself there; the controls of the fault catalogue are what tries them.

python benchmarks/control_pairs.py [--cases gs1_custom gs2_custom ...] [--profile smoke] [--store DIR] [--data DIR]
"""

import argparse
import sys
import tempfile
from pathlib import Path

from false_alarms import ROOT, pair

from harness.judge import tolerances
from harness.judge.ladder import judge_rung
from harness.run import store
from harness.run.run_options import RunOptions
from harness.scenario.catalogue import load_cases

RUNGS = ("telemetry", "patches", "scale", "canvas", "reconstruction", "agreement")
CASES = ("gs1_custom", "gs2_custom", "lines_phase_gs2", "siemens_star_gs2", "dose_gs2-1e4-mae")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", nargs="+", default=CASES)
    parser.add_argument("--profile", default="smoke")
    parser.add_argument("--data", type=Path, nargs="*", default=[])
    parser.add_argument("--store")
    return parser.parse_args()


def main() -> None:
    args, judged, red = arguments(), 0, 0
    for case in load_cases([ROOT / "scenarios"], args.profile, {}):
        for backend in ("tensorflow", "torch") if case.id in args.cases else ():
            options = RunOptions((backend,), {}, "cpu", store.location(args.store, ROOT), None, tuple(args.data))
            with tempfile.TemporaryDirectory() as folder:
                evidence = pair(case, case.scenario.training.seed, options, Path(folder))
                verdicts = [judge_rung(rung, evidence, tolerances.limits_of(case)) for rung in RUNGS]
            for verdict in verdicts:
                judged, red = judged + 1, red + (verdict.status != "pass")
                message = "" if verdict.status == "pass" else verdict.message
                print(f"{case.id}, {backend}: {verdict.rung}: {verdict.status} {message}".rstrip(), flush=True)
    print(f"{red} of {judged} rungs are red")
    sys.exit(min(red, 1))


if __name__ == "__main__":
    main()
