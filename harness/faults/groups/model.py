"""Faults of the model: heads, layers, conversion of weights, settings that differ on one side."""

import operator
from dataclasses import replace
from typing import Any

import numpy as np

from harness.arrays import Weights
from harness.faults.catalogue import ANY, fault
from harness.faults.edit import in_section, of_kernels, with_section
from harness.faults.faulty_port import FaultyPort, Stages
from harness.scenario.schema import ProbeSpec


@fault("model.cartesian", rung="stages", quick=True)
def cartesian(port: FaultyPort) -> None:
    """The object is A + i phi, not A exp(i phi)."""

    def added(value: Any, stages: Stages) -> Any:
        amplitude, phase = stages["amplitude_head"], stages["phase_head"]
        margin = (int(value.shape[-1]) - int(amplitude.shape[-1])) // 2
        return port.tensors.pad(port.tensors.complex_of(amplitude, phase), margin)

    port.stage("object_patches", added)


@fault("model.amplitude-limit", rung="stages", size=0.5, unit="relative lack of the bound")
def amplitude_limit(port: FaultyPort) -> None:
    """The amplitude head is bounded below what the data needs."""
    port.setup(lambda setup: in_section(setup, "model", amplitude_limit=lambda limit: limit * (1 - port.size)))


@fault("model.phase-limit", rung="stages")
def phase_limit(port: FaultyPort) -> None:
    """The phase head is bounded by pi/2."""
    port.stage("phase_head", lambda value, _: value * 0.5)


@fault("model.phase-sign", rung="stages")
def phase_sign(port: FaultyPort) -> None:
    """The phase head gives the negated phase."""
    port.stage("phase_head", lambda value, _: -value)


@fault("model.border-unbounded", rung="stages", size=1.0, unit="relative excess of the border")
def border_unbounded(port: FaultyPort) -> None:
    """The border of a patch is not kept to its mean."""

    def enlarged(value: Any, stages: Stages) -> Any:
        size, side = int(value.shape[-1]), int(stages["amplitude_head"].shape[-1])
        outside = np.pad(np.zeros((side, side)), (size - side) // 2, constant_values=port.size)
        return value * port.tensors.constant((1 + outside).astype(np.complex128), value)

    port.stage("object_patches", enlarged)


@fault("model.one-channel", rung="stages")
def one_channel(port: FaultyPort) -> None:
    """The decoder has one channel where C are needed, and repeats it."""
    port.stage("amplitude_head", lambda value, _: 0 * value + value[:, :1])


@fault("model.heads-swapped", rung="stages")
def heads_swapped(port: FaultyPort) -> None:
    """The channels of the phase head are in reverse order."""
    port.stage("phase_head", lambda value, _: port.tensors.flip(value, 1))


@fault("model.kernel-transposed", rung="stages", network=ANY, quick=True)
def kernel_transposed(port: FaultyPort) -> None:
    """Height and width of every kernel are swapped on transfer."""
    port.weights_in(of_kernels(lambda kernel: kernel.transpose(1, 0, 2, 3)))


@fault("model.kernel-flipped", rung="stages", network=ANY)
def kernel_flipped(port: FaultyPort) -> None:
    """The layers convolve where the other side correlates."""
    port.weights_in(of_kernels(lambda kernel: kernel[::-1, ::-1]))


@fault("model.kernel-reversed", rung="stages", network=ANY)
def kernel_reversed(port: FaultyPort) -> None:
    """The inputs of every kernel are in reverse order."""
    port.weights_in(of_kernels(lambda kernel: kernel[:, :, ::-1]))


@fault("model.bias-dropped", rung="stages", network=ANY)
def bias_dropped(port: FaultyPort) -> None:
    """Biases are not loaded."""
    port.weights_in(_without_biases)


def _without_biases(weights: Weights) -> Weights:
    return {name: np.zeros_like(value) if name.endswith(".bias") else value for name, value in weights.items()}


@fault("model.decoders-swapped", rung="stages")
def decoders_swapped(port: FaultyPort) -> None:
    """Amplitude and phase decoder get each other's weights."""

    def swapped(weights: Weights) -> Weights:
        other = {"amplitude": "phase", "phase": "amplitude"}
        parts = {name: name.partition(".") for name in weights}
        return {name: weights[f"{other.get(part, part)}{dot}{rest}"] for name, (part, dot, rest) in parts.items()}

    port.weights_in(swapped)


@fault("model.initialiser", rung="stages", network=ANY)
def initialiser(port: FaultyPort) -> None:
    """Kernels are drawn for tanh (variance 1/fan_in), not for ReLU."""
    port.weights_in(of_kernels(lambda kernel: kernel / np.sqrt(2)))


@fault("model.average-pooling", rung="spec")
def average_pooling(port: FaultyPort) -> None:
    """The encoder averages where it should take the maximum."""
    port.library("average_pooling")


@fault("model.bilinear-upsampling", rung="spec")
def bilinear_upsampling(port: FaultyPort) -> None:
    """The decoder interpolates where it should repeat the nearest pixel."""
    port.library("bilinear_upsampling")


@fault("model.asymmetric-padding", rung="stages")
def asymmetric_padding(port: FaultyPort) -> None:
    """The convolutions pad on one side: what they give is moved by a pixel."""
    port.stage("encoder.0", lambda value, _: port.tensors.roll(value, 1, port.tensors.ENCODED_ROWS))


@fault("model.encoder-channels", rung="stages")
def encoder_channels(port: FaultyPort) -> None:
    """The channels of an encoder level are in another order."""
    port.stage("encoder.1", lambda value, _: port.tensors.roll(value, 1, port.tensors.ENCODED_CHANNELS))


@fault("model.leak", rung="stages", size=1e-3, unit="relative excess of the level's output")
def leak(port: FaultyPort) -> None:
    """An encoder level is scaled, as by a batch normalisation with another epsilon."""
    port.stage("encoder.0", lambda value, _: value * (1 + port.size))


@fault("model.feature-divisor", rung="stages", size=0.1, unit="relative excess of the divisor")
def feature_divisor(port: FaultyPort) -> None:
    """The autocorrelation is divided by another number."""
    port.rule("autocorrelation_divisor", lambda value, _: value * (1 + port.size))


@fault("model.mask-default", rung="stages", network=ANY)
def mask_default(port: FaultyPort) -> None:
    """The mask of the probe is on where the scenario has it off."""

    def other(probe: ProbeSpec) -> ProbeSpec:
        return probe.model_copy(update={"mask": not probe.mask})

    port.setup(lambda setup: in_section(setup, "dataset", probe=other))


@fault("model.mask-radius", rung="stages", size=1.0, unit="pixels by which the radius is too small")
def mask_radius(port: FaultyPort) -> None:
    """The mask of the probe is too narrow."""
    port.stage("probe", lambda value, _: value * port.tensors.constant(_disk(value.shape[-1], port.size), like=value))


def _disk(size: int, lack: float) -> np.ndarray:
    """Mask (N, N) float64: 1 within N/4 - `lack` pixels of the half-pixel centre, else 0."""
    axis = np.arange(size) - (size - 1) / 2
    inside = np.hypot(axis[:, None], axis) < size / 4 - lack
    return inside.astype(np.float64)


@fault("model.object-big-default", rung="stages")
def object_big_default(port: FaultyPort) -> None:
    """object_big is off where the scenario has it on."""
    port.setup(lambda setup: in_section(setup, "model", object_big=operator.not_))


@fault("model.features-default", rung="dataset")
def features_default(port: FaultyPort) -> None:
    """The network is built for plain features: the weights do not fit."""
    port.setup(lambda setup: with_section(setup, "model", features="plain"))


@fault("model.amplitude-offset", rung="stages", size=1e-3, unit="added amplitude")
def amplitude_offset(port: FaultyPort) -> None:
    """A constant is added to the amplitude."""
    port.stage("amplitude_head", lambda value, _: value + port.size)


@fault("model.stale-probe", rung="stages", network=ANY)
def stale_probe(port: FaultyPort) -> None:
    """The probe is that of another data set: turned in phase and mirrored."""
    port.setup(lambda setup: replace(setup, probe=np.ascontiguousarray(setup.probe[:, ::-1]) * np.exp(0.1j)))
