"""Bugs of public ports in the physics, the loss and the optimiser, replayed in the physics-informed network."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from harness.arrays import Array, Weights
from harness.faults.catalogue import NOWHERE, real_bug
from harness.faults.edit import of_kernels, on_stages, with_log_scale, with_relative
from harness.faults.faulty_port import FaultyPort, Stages, Stitching

Term = Callable[..., Any]


@real_bug(
    "adam-epsilon-hat",
    rungs=("step",),
    sources=("tensorflow/tensorflow#9047", "keras-team/tf-keras#315"),
    causes=("epsilon", "Adam's formula"),
    sides=("tensorflow",),  # Keras adds epsilon before the correction of the bias, PyTorch never does
)
def adam_epsilon_hat(port: FaultyPort) -> None:
    """Adam's epsilon is added before the correction of the bias, without the factor that makes up for it."""
    port.rule("adam_epsilon_hat", lambda _, rules: lambda step: rules.adam_epsilon)  # noqa: ARG005


@real_bug(
    "kernels-flipped",
    rungs=("stages",),
    sources=("coxlab/prednet#46",),
    causes=("flipped", "mirrored", "correlat"),
)
def kernels_flipped(port: FaultyPort) -> None:
    """The kernels of one framework convolve, those of the other correlate, and they were not flipped on their way."""
    port.weights_in(of_kernels(lambda kernel: np.ascontiguousarray(kernel[::-1, ::-1])))


@real_bug(
    "gradient-conjugated",
    rungs=("gradient",),
    sources=("jax-ml/jax#9110", "pytorch/pytorch#41857"),
    causes=("conjugat", "negated"),
)
def gradient_conjugated(port: FaultyPort) -> None:
    """The gradient of a complex number is the conjugate of what the optimiser asks for."""
    port.stage("object_patches", lambda value, _: port.tensors.with_conjugate_gradient(value))


@real_bug(
    "poisson-epsilon",
    rungs=("loss",),
    sources=("PyTorch's PoissonNLLLoss",),
    causes=("epsilon",),
    open="at 1e9 photons an epsilon of 1e-8 is below the rounding of the loss, and shows in its slope",
)
def poisson_epsilon(port: FaultyPort) -> None:
    """The Poisson term adds an epsilon, 1e-8, under the logarithm instead of a floor."""

    def softened(term: Term) -> Term:
        added = on_stages(term, intensity=lambda intensity: intensity + 1e-8)

        def value(stages: Stages, nphotons: float, rules: Any) -> Any:
            pixels = int(stages["intensity"].shape[-1]) ** 2
            return added(stages, nphotons, rules) - 1e-8 * pixels / nphotons

        return value

    port.loss_term("poisson", softened)


@real_bug(
    "poisson-stirling",
    rungs=("loss",),
    sources=("PyTorch's PoissonNLLLoss",),
    causes=("stirling",),
)
def poisson_stirling(port: FaultyPort) -> None:
    """The Poisson term holds Stirling's approximation of the counts' factorials."""

    def full(term: Term) -> Term:
        def value(stages: Stages, nphotons: float, rules: Any) -> Any:
            return term(stages, nphotons, rules) + port.tensors.stirling(stages["measured"]) / nphotons

        return value

    port.loss_term("poisson", full)


@real_bug(
    "reassembly-signs-cancel",
    rungs=(NOWHERE,),
    sources=("PtychoPINN",),
    causes=(),
)
def reassembly_signs_cancel(port: FaultyPort) -> None:
    """The positions are negated, and the canvas is filled from its other end: the two cancel."""
    port.stitching(with_positions(np.negative))
    fill_from_the_other_end(port)


@real_bug(
    "reassembly-sign",
    rungs=("canvas",),
    sources=("PtychoPINN",),
    causes=("position", "sign"),
)
def reassembly_sign(port: FaultyPort) -> None:
    """Of two negations that cancelled in the reassembly, one is repaired."""
    fill_from_the_other_end(port)


def fill_from_the_other_end(port: FaultyPort) -> None:
    """Fill the canvas with rows and columns in reverse order, so that every patch goes to its negated position."""
    port.stitching(lambda given: replace(given, patches=given.patches[:, ::-1, ::-1], weight=given.weight[::-1, ::-1]))
    port.stitched(lambda made: (made[0][::-1, ::-1], made[1][::-1, ::-1]))


def with_positions(change: Callable[[Array], Array]) -> Callable[[Stitching], Stitching]:
    """Make a change of what is stitched from a change of its positions (K, 2)."""
    return lambda given: replace(given, positions=change(given.positions))


@real_bug(
    "stitch-guard",
    rungs=("canvas",),
    sources=("PtychoPINN",),
    causes=("position",),
)
def stitch_guard(port: FaultyPort) -> None:
    """A guard looks for the channels on the last axis, and they are on the first: a group is stitched at its centre."""

    def at_centres(positions: Array) -> Array:
        groups = positions.reshape(-1, 4, 2)
        return np.repeat(groups.mean(axis=1, keepdims=True), 4, axis=1).reshape(-1, 2)

    port.stitching(with_positions(at_centres))


@real_bug(
    "offsets-order",
    rungs=("stages",),
    sources=("PtychoPINN",),
    causes=("order", "offset", "permut"),
)
def offsets_order(port: FaultyPort) -> None:
    """The patches go group by group, their offsets channel by channel."""

    def by_channel(relative: Array) -> Array:
        groups, _, axes, channels = relative.shape
        flat = relative[:, 0].transpose(2, 0, 1).reshape(-1, axes)
        return np.ascontiguousarray(flat.reshape(groups, channels, axes).transpose(0, 2, 1)[:, np.newaxis])

    port.batch(with_relative(by_channel))


@real_bug(
    "untrained-saved",
    rungs=("settings", "exchange"),
    sources=("PtychoPINN",),
    causes=("untrained", "start"),
)
def untrained_saved(port: FaultyPort) -> None:
    """The object that is handed over is the one that was built at import, which no training ever saw."""
    if port.leg == "exchange":
        port.weights_in(untrained)


def untrained(weights: Weights) -> Weights:
    """Weights as they are drawn before a training; the scale as it is."""
    generator = np.random.default_rng(0)

    def start(name: str, value: Array) -> Array:
        if name == "log_scale":
            return value
        spread = np.sqrt(2 / np.prod(value.shape[:-1])) if name.endswith(".kernel") else 0.0
        return spread * generator.normal(size=value.shape)

    return {name: start(name, value) for name, value in weights.items()}


@real_bug(
    "scale-not-trained",
    rungs=("scale", "step"),
    sources=("PtychoPINN",),
    causes=("log_scale", "intensity_scale"),
)
def scale_not_trained(port: FaultyPort) -> None:
    """The intensity scale is a parameter of a plain class, and the optimiser never sees it."""
    start: dict[str, Array] = {}
    port.weights_in(lambda weights: start.update(log_scale=weights["log_scale"]) or weights)
    port.after_epoch(with_log_scale(lambda _: start["log_scale"]))


@real_bug(
    "scale-inverted",
    rungs=("scale", "step"),
    sources=("PtychoPINN",),
    causes=("log_scale", "intensity_scale"),
    open="inference loads what the bundle does not hold, of which rung patches tells before rung scale",
)
def scale_inverted(port: FaultyPort) -> None:
    """The intensity scale is saved as its inverse, and read as that by this side alone."""
    if port.leg == "train":
        port.weights_out(with_log_scale(np.negative))
    elif port.leg == "infer":
        port.weights_in(with_log_scale(np.negative))


@real_bug(
    "scale-start",
    rungs=("scale", "step"),
    sources=("PtychoPINN",),
    causes=("log_scale", "intensity_scale"),
    open="a training from another scale ends at another loss, of which rung telemetry tells before rung scale",
)
def scale_start(port: FaultyPort) -> None:
    """The intensity scale starts at 10000, whatever the data says."""
    if port.leg == "train":
        port.weights_in(with_log_scale(lambda _: np.log(1e4)))


@real_bug(
    "head-activation",
    rungs=("stages", "patches"),
    sources=("PtychoPINN",),
    causes=("activation", "softsign"),
)
def head_activation(port: FaultyPort) -> None:
    """The phase head has another activation: softsign for tanh."""
    port.library("softsign_for_tanh")


@real_bug(
    "flat-amplitude",
    case="replayed_n128",
    rungs=("stages", "patches"),
    sources=("PtychoPINN",),
    causes=("flat", "constant"),
)
def flat_amplitude(port: FaultyPort) -> None:
    """With patches of 128 pixels, and no others, the amplitude is flat."""

    def flat(value: Any, stages: Stages) -> Any:
        if int(stages["measured"].shape[-1]) != 128:
            return value
        return 0 * value + port.tensors.mean(port.tensors.mean(value, -1), -2)

    port.stage("amplitude_head", flat)
