"""What the harness costs: both backends trained and used by it, against two plain scripts that do the same.

The two arms run in turn, A B A B, each with its two processes side by side and one thread apiece; the ratio of each
pair is printed, and their median. Absolute times are noise on a shared machine, the ratios are not.

python benchmarks/overhead.py [CASE] [--profile stable] [--epochs N] [--pairs 3]
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness.run.cores import thread_environment
from harness.run.run_case import run_case
from harness.run.run_options import RunOptions
from harness.scenario.case import Case
from harness.scenario.catalogue import load_cases

ROOT = Path(__file__).parents[1]
BACKENDS = ("tensorflow", "torch")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", nargs="?", default="gs1_custom")
    parser.add_argument("--profile", default="stable")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--pairs", type=int, default=3)
    return parser.parse_args()


def case_of(args: argparse.Namespace) -> Case:
    overrides = {"training.epochs": str(args.epochs)} if args.epochs else {}
    cases = {case.id: case for case in load_cases([ROOT / "scenarios"], args.profile, overrides)}
    return cases[args.case]


def bare(dataset: Path, scenario: Path) -> float:
    """Run a plain script for each backend, both at once; returns the seconds it took."""
    environment = {**os.environ, **thread_environment(), "TF_CPP_MIN_LOG_LEVEL": "2"}
    started = time.perf_counter()
    command = [sys.executable, str(ROOT / "benchmarks" / "bare.py")]
    scripts = [
        subprocess.Popen([*command, name, str(dataset), str(scenario)], cwd=ROOT, env=environment) for name in BACKENDS
    ]
    if any(script.wait() for script in scripts):
        raise SystemExit("a plain script failed")
    return time.perf_counter() - started


def run_whole(case: Case, folder: Path) -> float:
    """Run the harness from an existing dataset to the case folder of a hub; returns the seconds it took."""
    options = RunOptions(BACKENDS, {}, "cpu", folder / "store", timeout=None)
    run_case(case, (), options, folder / "hub", lambda _: None)
    started = time.perf_counter()
    run_case(case, ("train", "infer"), options, folder / "hub", lambda _: None)
    return time.perf_counter() - started


def main() -> None:
    args = arguments()
    case, ratios = case_of(args), []
    for number in range(args.pairs):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            ours = run_whole(case, folder)
            scenario = folder / "scenario.json"
            scenario.write_text(case.scenario.model_dump_json(), encoding="utf-8")
            plain = bare(folder / "hub" / "dataset", scenario)
        ratios.append(ours / plain)
        print(f"pair {number + 1}: harness {ours:.1f} s, plain {plain:.1f} s, ratio {ratios[-1]:.3f}", flush=True)
    what = f"{case.id}, {case.profile}, {case.scenario.training.epochs} epochs"
    print(f"{what}: median ratio {statistics.median(ratios):.3f}")


if __name__ == "__main__":
    main()
