"""What the toolkits cost: steps of training by `KerasPort` and `TorchPort`, against the same loop written out.

Both arms train the second network of this repository on the same batches, with the same loss and optimiser, in one
process on one thread; they run in turn, A B A B. Counted is processor time. The ratio of each pair is printed, and
their median. Absolute times are noise on a shared machine, the ratios are not.

python benchmarks/toolkit_steps.py [--sides keras torch] [--steps 20] [--pairs 20]
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from harness.networks.supervised.feed import pattern, target
from harness.ports.protocol import Batch, Setup
from harness.run.cores import thread_environment

N, BATCH = 64, 8


class Batches:
    """Random batches as the harness feeds them, the whole list an epoch."""

    epochs = 1

    def __init__(self, steps: int) -> None:
        self.steps_per_epoch, generator = steps, np.random.default_rng(0)
        shape = (BATCH, N, N, 1)
        self.all = [
            Batch(
                generator.poisson(9.0, shape) ** 0.5,
                np.zeros((BATCH, 1, 2, 1)),
                generator.random(shape) * np.exp(1j * generator.random(shape)),
            )
            for _ in range(steps)
        ]

    def batch(self, step: int) -> Batch:
        return self.all[step]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sides", nargs="+", default=["keras", "torch"], choices=["keras", "torch"])
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def setup() -> Setup:
    """A set-up of which a toolkit and the network look at these values only."""
    scenario: Any = SimpleNamespace(
        dataset=SimpleNamespace(N=N), grouping=SimpleNamespace(gridsize=1), training=SimpleNamespace(seed=3, nudge=0)
    )
    probe = np.ones((N, N), complex)
    return Setup(
        scenario, probe, padded_size=N, nphotons=1.0, intensity_scale=3.0, object_amplitude=1.0, precision="float32"
    )


def plain_keras(batches: Batches) -> Callable[[], None]:
    import keras
    import tensorflow as tf

    from harness.networks.supervised.keras_side import network

    model = network(N, 1, normalised=False)
    optimiser = keras.optimizers.SGD(0.0625, momentum=0.875)
    squared, absolute = keras.losses.MeanSquaredError(), keras.losses.MeanAbsoluteError()

    @tf.function(reduce_retracing=True)
    def step(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            output = model(x, training=True)
            loss = squared(y, output) + 0.1 * absolute(y, output)
        variables = model.trainable_variables
        optimiser.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    def train() -> None:
        losses = [step(*(tf.constant(f(batch), tf.float32) for f in (pattern, target))) for batch in batches.all]
        assert np.isfinite(np.mean([float(loss) for loss in losses]))

    return train


def plain_torch(batches: Batches) -> Callable[[], None]:
    import torch
    from torch import nn

    from harness.networks.supervised.torch_side import EncoderDecoder

    model = EncoderDecoder(N, 1, normalised=False).train()
    optimiser = torch.optim.SGD(model.parameters(), lr=0.0625, momentum=0.875)
    squared, absolute = nn.MSELoss(), nn.L1Loss()

    def tensor(array: np.ndarray) -> torch.Tensor:
        return torch.tensor(np.moveaxis(array, -1, 1), dtype=torch.float32)

    def train() -> None:
        losses = []
        for batch in batches.all:
            x, y = tensor(pattern(batch)), tensor(target(batch))
            optimiser.zero_grad()
            output = model(x)
            loss = squared(output, y) + 0.1 * absolute(output, y)
            torch.autograd.backward(loss)
            optimiser.step()
            losses.append(loss.item())
        assert np.isfinite(np.mean(losses))

    return train


def with_toolkit(side: str, batches: Batches) -> Callable[[], None]:
    if side == "keras":
        from harness.networks.supervised.keras_side import build
        from harness.toolkits.keras.device import prepare
    else:
        from harness.networks.supervised.torch_side import build
        from harness.toolkits.torch.device import prepare_model as prepare
    prepare(setup())
    port = build(setup())
    port.bind(setup())
    return lambda: port.train(batches, lambda _: None)


def compare(side: str, steps: int, pairs: int) -> None:
    batches = Batches(steps)
    arms = {"toolkit": with_toolkit(side, batches)}
    arms["plain"] = plain_keras(batches) if side == "keras" else plain_torch(batches)
    ratios = []
    for number in range(pairs + 1):
        taken = {}
        for name, train in arms.items():
            started = time.process_time()
            train()
            taken[name] = (time.process_time() - started) / steps * 1e3
        if number:  # the first pair compiles
            ratios.append(taken["toolkit"] / taken["plain"])
            print(f"{side}: toolkit {taken['toolkit']:.2f} ms a step, plain {taken['plain']:.2f}, {ratios[-1]:.3f}")
    print(f"{side}, {N} x {N}, batches of {BATCH}: median ratio {statistics.median(ratios):.3f}", flush=True)


def main() -> None:
    args = arguments()
    if args.alone:
        compare(args.sides[0], args.steps, args.pairs)
        return
    environment = {**os.environ, **thread_environment(), "TF_CPP_MIN_LOG_LEVEL": "2"}
    for side in args.sides:
        more = ["--alone", "--sides", side, "--steps", str(args.steps), "--pairs", str(args.pairs)]
        subprocess.run([sys.executable, __file__, *more], env=environment, check=True)


if __name__ == "__main__":
    main()
