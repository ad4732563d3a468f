"""A port on a GPU against itself on the CPU, in at most eight minutes; needs PyTorch alone. Writes one JSON file.

1. The ladder between the two devices, a session for each load: what each rung says, and every value with its limit.
2. Steps of training on each device, with the network of a case and with that of `full`: milliseconds a step, whether
   the same steps give the same bits again, and the most memory that PyTorch held on the GPU.
3. The same ladder for TensorFlow, where it is installed and time is left.

What does not fit into the time is listed as not begun. A GPU that is not there is said, with status 2.

python benchmarks/gpu.py [--to gpu.json] [--seconds 480] [--sides torch@cpu,torch@gpu] [--profiles smoke stable]
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import load

from harness import layout
from harness.errors import HarnessError
from harness.files import read_json, write_json
from harness.run import devices
from harness.session import sides

CASES = ("gs1_custom", "gs2_custom")
LOADS = (("gs1_custom", "smoke", {}), ("gs2_custom", "smoke", {}), ("gs1_custom", "full", load.FEW_PATTERNS))
"""What steps are timed with: case, profile, overrides."""
STEPS = 8
SHORTEST = 30.0
"""Seconds below which nothing more is begun."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=Path("gpu.json"))
    parser.add_argument("--seconds", type=float, default=480.0)
    parser.add_argument("--sides", default="torch@cpu,torch@gpu")
    parser.add_argument("--profiles", nargs="*", default=["smoke", "stable"])
    parser.add_argument("--steps-of", help=argparse.SUPPRESS)
    return parser.parse_args()


class Clock:
    """The time that is left; writes what is known so far after each part, so that a cut run leaves what it has."""

    def __init__(self, to: Path, seconds: float) -> None:
        self._to, self._end, self.found = to, time.monotonic() + seconds, dict[str, Any]()

    @property
    def left(self) -> float:
        return self._end - time.monotonic()

    def do(self, name: str, work: Callable[[], Any]) -> None:
        """Do one part, unless too little time is left; what it raises is what it found."""
        print(f"{name} ({self.left:.0f} s left)", flush=True)
        try:
            self.found[name] = work() if self.left > SHORTEST else "not begun: no time was left"
        except subprocess.TimeoutExpired:
            self.found[name] = "stopped: the time was over"
        except subprocess.CalledProcessError as problem:
            self.found[name] = f"failed with status {problem.returncode}: {(problem.stderr or '').strip()[-500:]}"
        write_json(self._to, self.found)


def ladder(pair: str, profile: str, folder: Path, seconds: float) -> dict[str, Any]:
    """Run the ladder of both cases between two sides; returns each rung with its status and checks, by case."""
    hub = folder / f"{pair}-{profile}"
    words = ["-q", "-n", "2", "-m", "parity", "-k", " or ".join(CASES), f"--parity-hub={hub}"]
    words += [f"--parity-profile={profile}", f"--parity-backends={pair}", f"--parity-store={folder / 'store'}"]
    words += ["--parity-override=ensemble.seeds=0"]
    started = time.monotonic()
    subprocess.run([sys.executable, "-m", "pytest", *words], cwd=load.ROOT, check=False, timeout=seconds)
    cases = {case.name: dict(rungs(case)) for case in sorted(hub.iterdir()) if (case / layout.CHECKS).is_dir()}
    return {"seconds": round(time.monotonic() - started, 1), "cases": cases}


def rungs(case: Path) -> Iterator[tuple[str, Any]]:
    """Each rung of a case: status, and of every check what it is worth as a band."""
    for path in sorted((case / layout.CHECKS).glob("*.json")):
        held = read_json(path)
        checks = {
            check["name"]: {key: check[key] for key in ("status", "value", "limit")}
            for check in held["checks"]
            if check["value"] is not None or check["status"] not in ("pass", "skipped")
        }
        yield held["rung"], {"status": held["status"], "checks": checks}


def steps(side: str, device: str, seconds: float) -> dict[str, Any]:
    """Train some steps in a process of its own on a device."""
    command = [sys.executable, __file__, "--sides", f"{side},none", "--steps-of", device]
    environment = {**os.environ, **devices.choose(device).environment()}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, timeout=seconds)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def steps_here(backend: str, device: str) -> dict[str, Any]:
    """Milliseconds a step of each load on a device, after one round that compiles, and whether its bits come again."""
    kind, found = devices.choose(device).kind, {}
    for name, profile, overrides in LOADS:
        case = load.case_of(name, profile, overrides)
        with tempfile.TemporaryDirectory() as folder:
            dataset, scenario = load.prepare(case, (backend,) * 2, Path(folder))
            port = load.port_of(backend, dataset, scenario, kind)
            batches, rounds = load.ReadyBatches(dataset, STEPS), []
            start = port.weights()
            for _ in range(3):
                port.set_weights(start)
                begun = time.perf_counter()
                port.train(batches, lambda _: None)
                rounds.append(((time.perf_counter() - begun) / STEPS * 1e3, port.weights()))
        last, again = rounds[-2][1], rounds[-1][1]
        same = all((last[key] == again[key]).all() for key in last)
        found[f"{name}, {profile}"] = {"ms": round(rounds[-1][0], 3), "bits_come_again": same, **memory(backend, kind)}
    return {"facts": port.facts(), "loads": found}


def memory(backend: str, kind: str) -> dict[str, float]:
    """The most that PyTorch held on the GPU since the last call, MB; nothing on the CPU and for other frameworks."""
    if kind == "cpu" or backend != "torch":
        return {}
    import torch

    most = torch.cuda.max_memory_allocated() / 1e6
    torch.cuda.reset_peak_memory_stats()
    return {"peak_mb": round(most, 1)}


def measure(clock: Clock, pair: str, profiles: Sequence[str], folder: Path) -> None:
    asked = list(sides.parse(pair).values())
    for profile in profiles:
        clock.do(f"ladder, {pair}, {profile}", lambda profile=profile: ladder(pair, profile, folder, clock.left))
    for side in asked:
        device = side.device or "cpu"
        clock.do(f"steps, {side.name}", lambda side=side, device=device: steps(side.backend, device, clock.left))


def main() -> None:
    args = arguments()
    if args.steps_of:
        print(json.dumps(steps_here(args.sides.split(",")[0], args.steps_of)))
        return
    clock = Clock(args.to, args.seconds)
    try:
        sides.parse(args.sides)
    except HarnessError as problem:
        print(f"error: {problem}", file=sys.stderr)
        sys.exit(2)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clock.do("machine", lambda: {"gpus": [vars(one) for one in devices.listed()], "cores": os.cpu_count()})
        measure(clock, args.sides, args.profiles, folder)
        if importlib.util.find_spec("tensorflow") and args.sides == "torch@cpu,torch@gpu":
            measure(clock, args.sides.replace("torch", "tensorflow"), args.profiles[:1], folder)
    print(f"written: {args.to}")


if __name__ == "__main__":
    main()
