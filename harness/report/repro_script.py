"""Shows one difference between two backends, alone: `python repro.py`, where ptycho-parity is installed.

Beside it lie `case.json`, which says what was compared, and `inputs.npz`, the patterns that it needs. Each backend
computes the tensor in a process of its own, from the same first weights and batches; then both are compared.
Ends with status 1 when they differ, 0 when they do not.

    python repro.py [--python BACKEND=PATH ...]
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

try:
    import numpy as np

    from harness.dataset.grouped import GroupedData
    from harness.networks import network as networks
    from harness.networks import registry
    from harness.ports.feed import batch_of
    from harness.ports.protocol import EpochReport, Port, Setup
    from harness.run.legs.trajectory import FirstBatches, at_lockstep_rate
    from harness.scenario.networks import scenario_of
except ModuleNotFoundError as missing:
    sys.exit(
        f"repro.py: {sys.executable} has no module {missing.name}. Install what the case was run with, "
        'python -m pip install "ptycho-parity[cpu]", and start it with that interpreter.'
    )

HERE = Path(__file__).parent


class StepReached(Exception):  # noqa: N818
    """Raised to end a training once the step of interest is done."""


def main() -> int:
    """Run both sides in processes of their own and compare them; with `--side`, compute one side and save it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", default=[], metavar="BACKEND=PATH")
    parser.add_argument("--side", nargs=2, metavar=("BACKEND", "FILE"), help=argparse.SUPPRESS)
    arguments, case = parser.parse_args(), json.loads((HERE / "case.json").read_text(encoding="utf-8"))
    if arguments.side:
        with with_fault(arguments.side[0], case["faults"].get(arguments.side[0])):
            np.save(arguments.side[1], compute(case, arguments.side[0]))
        return 0
    interpreters = dict(pair.split("=", 1) for pair in arguments.python)
    with tempfile.TemporaryDirectory() as folder:
        tensors = {}
        for backend in case["backends"]:
            path = Path(folder, f"{backend}.npy")
            command = [interpreters.get(backend, sys.executable), __file__, "--side", backend, str(path)]
            subprocess.run(command, check=True)
            tensors[backend] = np.load(path)
    return compare(case, tensors)


@contextlib.contextmanager
def with_fault(name: str, fault: str | None) -> Iterator[None]:
    """Inject into a backend the fault that it had in the case; nothing for `fault` None."""
    if fault is None:
        yield
        return
    from harness.faults import catalogue, injection

    print(f"{name}: injected fault {fault}")
    with injection.injected(catalogue.parse(fault, [name]).port("lockstep")):
        yield


def compute(case: dict[str, Any], name: str) -> np.ndarray:
    """Compute with one backend the tensor that `case` (the contents of `case.json`) names."""
    place, data = case["place"], GroupedData.load(HERE / "inputs.npz")
    scenario, facts = scenario_of(case["scenario"]), case["setup"]
    probe, masked = np.load(HERE / "probe.npy"), HERE / "mask.npy"
    mask = np.load(masked) if masked.is_file() else None
    if place["first_step"]:
        scenario = at_lockstep_rate(scenario)
    setup = Setup(scenario, probe, **facts, precision=place["precision"], mask=mask)
    backend, scale = registry.create(name, setup), facts["intensity_scale"]
    backend.set_weights(networks.named(scenario.network).initial_weights(setup, backend.contract))
    batch = batch_of(data, data.rows(0), scale)
    if place["first_step"]:
        return after_steps(backend, FirstBatches(data, scale, scenario.lockstep.steps), place)
    if place["stage"] == "gradient":
        return np.asarray(backend.gradients(batch)[place["tensor"]], float)
    if place["stage"] == "loss":
        return np.array([backend.losses(batch)[place["tensor"]]])
    return backend.stages(batch)[place["tensor"]]


def after_steps(backend: Port, batches: FirstBatches, place: dict[str, Any]) -> np.ndarray:
    """Train up to the step that `place` names; returns the weight, or the state of the optimiser, that it names."""
    found: dict[str, np.ndarray] = {}

    def stop_at_step(report: EpochReport) -> None:
        if report.step == place["first_step"]:
            found.update(backend.weights())
            if place["tensor"] not in found:
                found.update(backend.optimiser_state())
            raise StepReached

    with contextlib.suppress(StepReached):
        backend.train(batches, stop_at_step)
    return found[place["tensor"]]


def compare(case: dict[str, Any], tensors: dict[str, np.ndarray]) -> int:
    """Print how the tensors of the two sides differ; returns 1 if they do by more than the limit, else 0."""
    place, (reference, candidate) = case["place"], case["backends"]
    other, own = tensors[reference], tensors[candidate]
    print(f"{place['tensor']} ({place['stage']}, {place['precision']}), after {place['first_step']} steps")
    if own.shape != other.shape or own.dtype != other.dtype:
        print(f"{reference}: {other.shape} {other.dtype}; {candidate}: {own.shape} {own.dtype}")
        return 1
    gaps = np.abs(own - other)
    worst, largest = np.unravel_index(np.argmax(gaps), gaps.shape), np.abs(other).max()
    print(f"{reference}: {other[worst]:.12g}, {candidate}: {own[worst]:.12g} at {[int(k) for k in worst]}")
    relative = float(gaps[worst] / largest)
    print(f"largest difference {gaps[worst]:.4g}, {relative:.4g} of the largest value; limit {case['limit']}")
    return int(not relative <= (case["limit"] or 0.0))


if __name__ == "__main__":
    sys.exit(main())
