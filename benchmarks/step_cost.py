"""What a step of training costs, as a ratio to its matrix products alone at the speed that this machine multiplies.

Both built-in ports train the same network on the same batches in one process on one thread, in turn with bare products
of matrices, float32, by PyTorch. Counted is processor time. A convolution of k x k is three products of matrices, such
as (pixels, k k in) and (k k in, out): forward, for its weights, and for its input, which the first one does not need.
Two ratios are printed for each round, and their medians: to the time of these very products, whose matrices are narrow;
and to their operations at the speed of two large square matrices, which narrow ones do not reach. With --profile also
what share of a step each operation takes, by the profilers of the frameworks.

python benchmarks/step_cost.py [CASE] [--load smoke|full] [--rounds 9] [--steps 16] [--profile]
"""

import argparse
import os
import re
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from harness.run.cores import thread_environment

os.environ.update(thread_environment(), TF_CPP_MIN_LOG_LEVEL="2")  # before the frameworks are imported

import load
import torch
from torch import Tensor, nn

from harness.ports.protocol import Batch, Port

BACKENDS = ("tensorflow", "torch")
SIDE = 1024
"""Rows of the square matrices."""
OPERATION = re.compile(r"[^:]+:(\w+)")
"""An operation in a trace of TensorFlow: its name and its kind."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", nargs="?", default="gs1_custom")
    parser.add_argument("--load", default="smoke", choices=["smoke", "stable", "full"])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--steps", type=int, default=16)
    parser.add_argument("--profile", action="store_true", help="what share of a step each operation takes")
    return parser.parse_args()


def ignored(_: object) -> None:
    """Takes the report of an epoch."""


def seconds(work: Callable[[], object]) -> float:
    """Processor time that something takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


def products(port: Port, batch: Batch) -> list[tuple[Tensor, Tensor]]:
    """The matrices that are multiplied in one step: of every convolution forward, for its weights and for its input."""
    shapes: list[tuple[int, int, int]] = []

    def note(module: nn.Module, _: object, output: Tensor) -> None:
        if isinstance(module, nn.Conv2d):
            pixels, window = output[:, 0].numel(), module.weight[0, 0].numel()
            narrow, out = window * module.in_channels, module.out_channels
            shapes.append((pixels, narrow, out))  # forward
            shapes.append((narrow, pixels, out))  # for its weights
            if len(shapes) > 2:
                shapes.append((pixels, window * out, module.in_channels))  # for its input

    hook = nn.modules.module.register_module_forward_hook(note)
    port.losses(batch)
    hook.remove()
    return [(torch.rand(rows, inner), torch.rand(inner, columns)) for rows, inner, columns in shapes]


def multiply(pairs: Sequence[tuple[Tensor, Tensor]], times: int) -> float:
    """Seconds that it takes to multiply all pairs of matrices once."""
    return seconds(lambda: [torch.mm(*pair) for _ in range(times) for pair in pairs]) / times


def operations(pairs: Sequence[tuple[Tensor, Tensor]]) -> float:
    return sum(2.0 * first.numel() * second.shape[1] for first, second in pairs)


def shares_of_torch(train: Callable[[], None]) -> Counter[str]:
    """Time of each operation of PyTorch."""
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as found:
        train()
    return Counter({row.key: row.self_cpu_time_total for row in found.key_averages()})


def shares_of_tensorflow(train: Callable[[], None]) -> Counter[str]:
    """Time of each kind of operation that TensorFlow's executor ran."""
    import tensorflow as tf
    from tensorflow.tsl.profiler.protobuf.xplane_pb2 import XSpace

    with tempfile.TemporaryDirectory() as folder:
        with tf.profiler.experimental.Profile(folder):
            train()
        (path,) = Path(folder).rglob("*.xplane.pb")
        space = XSpace.FromString(path.read_bytes())
    kinds: Counter[str] = Counter()
    for plane in space.planes:
        for event in (event for line in plane.lines for event in line.events):
            if found := OPERATION.fullmatch(plane.event_metadata[event.metadata_id].name):
                kinds[found[1]] += event.duration_ps
    return kinds


def show(name: str, shares: Counter[str]) -> None:
    total = sum(shares.values())
    print(f"{name}:")
    for kind, taken in shares.most_common(12):
        print(f"  {taken / total:6.1%}  {kind}")


def main() -> None:
    args = arguments()
    torch.set_num_threads(1)
    overrides = {} if args.load == "smoke" else load.FEW_PATTERNS  # the network counts, not how much it is shown
    case = load.case_of(args.case, args.load, overrides)
    with tempfile.TemporaryDirectory() as folder:
        dataset, scenario = load.prepare(case, BACKENDS, Path(folder))
        ports = {name: load.port_of(name, dataset, scenario) for name in BACKENDS}
        batches = load.ReadyBatches(dataset, args.steps)
    narrow, square = products(ports["torch"], batches.batch(0)), [(torch.rand(SIDE, SIDE), torch.rand(SIDE, SIDE))]
    of_step = operations(narrow)
    print(f"{case.id}, {args.load}: {of_step / 1e9:.3f} GFLOP a step, in {len(narrow)} products")
    ratios: dict[str, list[tuple[float, float]]] = {backend: [] for backend in BACKENDS}
    for number in range(args.rounds + 1):
        taken = {name: seconds(partial(port.train, batches, ignored)) / args.steps for name, port in ports.items()}
        own, fast = multiply(narrow, 4), multiply(square, 8) * of_step / operations(square)
        if number:  # the first round compiles
            for name, found in taken.items():
                ratios[name].append((found / own, found / fast))
            words = [
                f"{name} {found * 1e3:.2f} ms, {found / own:.2f}, {found / fast:.2f}" for name, found in taken.items()
            ]
            speeds = f"{of_step / own / 1e9:.1f} and {of_step / fast / 1e9:.1f} GFLOP/s"
            print(f"own and square matrices at {speeds}; a step: {'; '.join(words)}", flush=True)
    for name, found in ratios.items():
        own, fast = (statistics.median(column) for column in zip(*found, strict=True))
        print(f"{name}: median ratio {own:.2f} to its own products, {fast:.2f} to square ones")
    if args.profile:
        for name, shares in (("torch", shares_of_torch), ("tensorflow", shares_of_tensorflow)):
            show(name, shares(partial(ports[name].train, batches, ignored)))


if __name__ == "__main__":
    main()
