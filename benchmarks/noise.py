"""How far a backend is from itself: trained again from weights that were moved by one unit in the last place.

Prints, for each draw against the first, every figure of the rungs that compare the two sides of a training. A limit
of those rungs in the ledger is a multiple of what this prints; two correct ports cannot be asked to be closer.

python benchmarks/noise.py CASE [--backend torch] [--profile stable] [--draws 4] [--store DIR]
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
os.environ.update(dict.fromkeys(ONE_THREAD, "1"))

import numpy as np  # noqa: E402  (threads are set before anything numerical is imported)

from harness.backends.network import initial_weights  # noqa: E402
from harness.backends.protocol import Weights  # noqa: E402
from harness.files import write_json  # noqa: E402
from harness.judge import ladder, tolerances  # noqa: E402
from harness.judge.evidence import Evidence  # noqa: E402
from harness.run.conduct import RunOptions, conduct  # noqa: E402
from harness.run.job import Job  # noqa: E402
from harness.run.legs import infer, train  # noqa: E402
from harness.scenario.case import Case  # noqa: E402
from harness.scenario.catalogue import load_cases  # noqa: E402
from harness.scenario.schema import Scenario  # noqa: E402

ROOT = Path(__file__).parents[1]
RUNGS = ("telemetry", "patches", "scale", "agreement")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case")
    parser.add_argument("--backend", default="torch")
    parser.add_argument("--profile", default="stable")
    parser.add_argument("--draws", type=int, default=4)
    parser.add_argument("--store", type=Path)
    return parser.parse_args()


def nudged(draw: int) -> Callable[[Scenario, float], Weights]:
    """`initial_weights`, every value moved up or down by one unit in the last place of float32; draw 0 moves none."""

    def weights(scenario: Scenario, intensity_scale: float) -> Weights:
        generator = np.random.default_rng(draw)
        first = initial_weights(scenario, intensity_scale)
        return {name: _moved(value, generator) if draw else value for name, value in first.items()}

    return weights


def _moved(value: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    single = np.asarray(value, dtype=np.float32)
    towards = np.where(generator.random(single.shape) < 0.5, -np.inf, np.inf).astype(np.float32)
    return np.nextafter(single, towards).astype(np.float64)


def run(case: Case, backend: str, draw: int, folder: Path) -> str:
    """Train and infer one draw; its artifacts stand in the case folder under its own name."""
    name = f"{backend}-{draw}"
    output = folder / name
    output.mkdir()
    train.initial_weights = nudged(draw)
    shared = (case.scenario, folder / "dataset", output, "cpu", {})
    train.run(Job(case.id, backend, "train", *shared))
    infer.run(Job(case.id, backend, "infer", *shared, bundle=output / "bundle"))
    return name


def compare(case: Case, folder: Path, names: tuple[str, str]) -> dict[str, float]:
    """Every figure of the between-sides rungs, by the name of its check."""
    legs = [
        {"backend": name, "leg": leg, "status": "done", "error": None} for name in names for leg in ("train", "infer")
    ]
    write_json(folder / "jobs.json", legs)
    evidence, figures = Evidence(folder, names), {}
    for rung in RUNGS:
        verdict = ladder.judge_rung(rung, evidence, tolerances.limits_of(case))
        between = [check for check in verdict.checks if check.value is not None and "-" not in check.name]
        figures |= {f"{rung}.{check.name}": check.value for check in between}
    return figures


def main() -> None:
    asked = arguments()
    (case,) = (case for case in load_cases([ROOT / "scenarios"], asked.profile, {}) if case.id == asked.case)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / case.id
        store = asked.store or Path(scratch) / "store"
        conduct(case, (), RunOptions((asked.backend, "none"), {}, "cpu", store, None), folder, lambda _: None)
        (folder / "scenario.yaml").write_text(case.resolved_yaml(), encoding="utf-8")
        first = run(case, asked.backend, 0, folder)
        for draw in range(1, asked.draws + 1):
            other = run(case, asked.backend, draw, folder)
            figures = compare(case, folder, (first, other))
            print(json.dumps({"case": case.id, "draw": draw, **{k: float(f"{v:.3g}") for k, v in figures.items()}}))
            sys.stdout.flush()


if __name__ == "__main__":
    main()
