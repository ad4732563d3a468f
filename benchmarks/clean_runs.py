"""How often the ladder is red where nothing is wrong: the whole suite on sound backends, over seeds and precisions.

Every second seed has the other backend as its reference. Every case of every run is one comparison; any that is not
passed is listed; a red one is a false alarm, and makes the exit status 1. One that is inconclusive, because a side
cannot do something or nothing was learned, is no alarm. Prints the rate with its 95 % interval (Clopper and Pearson).
Sessions share a store, so a run that was stopped goes on where it was.

python benchmarks/clean_runs.py [--seeds 7 8] [--precisions float32 float64] [--select EXPRESSION] [--store DIR]
                                [--hub DIR]
"""

import argparse
import json
import subprocess
import sys
import tempfile
from itertools import cycle, product
from pathlib import Path
from typing import Any

from scipy.stats import binomtest

from harness import layout
from harness.judge.verdict import RED
from harness.report import fault_page

ROOT = Path(__file__).parents[1]
ORDERS = ("tensorflow,torch", "torch,tensorflow")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[7, 8])
    parser.add_argument("--precisions", nargs="+", default=["float32", "float64"])
    parser.add_argument("--profile", default="smoke")
    parser.add_argument("--select", default="", help="as pytest's -k")
    parser.add_argument("--store", type=Path)
    parser.add_argument("--hub", type=Path, help="folder of a session, or any other: the rate goes to DIR/faults")
    return parser.parse_args()


def run(args: argparse.Namespace, seed: int, precision: str, order: str, hub: Path) -> list[dict[str, Any]]:
    """Run one session and return the cases of its `summary.json`."""
    command = [sys.executable, "-m", "pytest", "-q", "-m", "parity", "-k", args.select]
    command += [f"--parity-profile={args.profile}", f"--parity-hub={hub}", f"--parity-backends={order}"]
    command += [f"--parity-override=training.seed={seed}", f"--parity-override=training.precision={precision}"]
    command += ["--parity-override=ensemble.seeds=0"]  # this script loops over seeds itself
    if args.store:
        command.append(f"--parity-store={args.store}")
    subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
    cases: list[dict[str, Any]] = json.loads((hub / "summary.json").read_text(encoding="utf-8"))["cases"]
    return cases


def main() -> None:
    args, compared, alarms = arguments(), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for precision, (seed, order) in product(args.precisions, zip(args.seeds, cycle(ORDERS), strict=False)):
            for case in run(args, seed, precision, order, Path(folder, f"{seed}-{precision}")):
                what = f"{case['id']}, seed {seed}, {precision}, {order}"
                if case["status"] == "skipped":
                    print(f"{what}: skipped: {case['message']}")
                    continue
                compared += 1
                alarms += case["status"] in RED
                if case["status"] != "pass":
                    print(f"{what}: {case['status']}: {case['message']}")
            print(f"{compared} comparisons, {alarms} false alarms", flush=True)
    low, high = binomtest(alarms, compared).proportion_ci(method="exact")
    print(f"false alarms: {alarms} of {compared}, 95 % interval {low:.3f} to {high:.3f}")
    if args.hub:
        measured = {"compared": compared, "alarms": alarms, "low": low, "high": high}
        varied = {"seeds": args.seeds, "precisions": args.precisions, "profile": args.profile}
        fault_page.add(args.hub, layout.FALSE_ALARMS, measured | varied)
    sys.exit(min(alarms, 1))


if __name__ == "__main__":
    main()
