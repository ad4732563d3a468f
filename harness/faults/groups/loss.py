"""Faults of the loss: terms, weights, reductions, floors."""

from collections.abc import Callable
from typing import Any

from harness.faults.catalogue import fault
from harness.faults.edit import in_section, on_stages, with_section
from harness.faults.faulty_port import FaultyPort

Term = Callable[..., Any]


@fault("loss.poisson-on-amplitudes", rung="loss", quick=True)
def poisson_on_amplitudes(port: FaultyPort) -> None:
    """The Poisson term is given amplitudes, not intensities."""

    def on_amplitudes(term: Term) -> Term:
        root = port.tensors.sqrt
        return on_stages(term, intensity=lambda intensity: root(intensity + 1e-30), measured=root)

    port.loss_term("poisson", on_amplitudes)


@fault("loss.counts-shifted", rung="loss")
def counts_shifted(port: FaultyPort) -> None:
    """The Poisson term compares with the counts of the neighbouring pattern."""
    port.loss_term("poisson", lambda term: on_stages(term, measured=lambda value: port.tensors.roll(value, 1, 0)))


@fault("loss.floor", rung="loss", size=1e3, unit="floor in photons a pixel")
def floor(port: FaultyPort) -> None:
    """The floor under the logarithm is too high."""
    port.rule("intensity_floor", lambda value, _: value + port.size)


@fault("loss.no-floor", rung="loss")
def no_floor(port: FaultyPort) -> None:
    """There is no floor under the logarithm, and a pixel without intensity gives NaN."""
    port.rule("intensity_floor", lambda *_: 0.0)
    port.loss_term("poisson", lambda term: on_stages(term, intensity=lambda intensity: 0 * intensity))


@fault("loss.root-at-zero", rung="loss", quick=True)
def root_at_zero(port: FaultyPort) -> None:
    """The root in the total variation is taken, and differentiated, at zero."""
    port.rule("variation_smoothing", lambda *_: 0.0)


@fault("loss.sum-for-mean", rung="loss", quick=True)
def sum_for_mean(port: FaultyPort) -> None:
    """The amplitude term is summed over the pixels, not averaged."""

    def summed(term: Term) -> Term:
        return lambda stages, *more: term(stages, *more) * port.tensors.pixels(stages["intensity"])

    port.loss_term("amplitude_mae", summed)


@fault("loss.mean-for-sum", rung="loss")
def mean_for_sum(port: FaultyPort) -> None:
    """The Poisson term is averaged over the pixels of a pattern, not summed."""

    def averaged(term: Term) -> Term:
        return lambda stages, *more: term(stages, *more) / int(stages["intensity"].shape[-1]) ** 2

    port.loss_term("poisson", averaged)


@fault("loss.weight-not-passed", rung="loss")
def weight_not_passed(port: FaultyPort) -> None:
    """The weight of a term is not passed on: it is 1."""
    port.setup(lambda setup: with_section(setup, "loss", amplitude_mae=1.0))


@fault("loss.regulariser-twice", rung="loss", size=1.0, unit="times that it is counted too often")
def regulariser_twice(port: FaultyPort) -> None:
    """The total variation is counted more than once."""
    port.setup(lambda setup: in_section(setup, "loss", total_variation=lambda weight: weight * (1 + port.size)))


@fault("loss.term-left-out", rung="loss")
def term_left_out(port: FaultyPort) -> None:
    """The total variation is left out."""
    port.setup(lambda setup: with_section(setup, "loss", total_variation=0.0))


@fault("loss.variation-coarse", rung="loss")
def variation_coarse(port: FaultyPort) -> None:
    """The total variation is taken of every second column."""
    port.loss_term("total_variation", lambda term: on_stages(term, object_patches=lambda value: value[..., ::2]))


@fault("loss.squared-error", rung="loss")
def squared_error(port: FaultyPort) -> None:
    """The amplitude term compares with the squared pattern."""
    port.loss_term("amplitude_mae", lambda term: on_stages(term, measured=lambda measured: measured * measured))


@fault("loss.excess", rung="loss", size=1e-3, unit="relative excess of the Poisson term")
def excess(port: FaultyPort) -> None:
    """A term is a little too large."""
    port.loss_term("poisson", lambda term: lambda *given: term(*given) * (1 + port.size))


@fault("loss.gradient-stopped", rung="gradient", quick=True)
def gradient_stopped(port: FaultyPort) -> None:
    """No gradient flows through the amplitude head."""
    port.stage("amplitude_head", lambda value, _: port.tensors.stop_gradient(value))


@fault("loss.phase-detached", rung="gradient")
def phase_detached(port: FaultyPort) -> None:
    """No gradient flows through the phase head."""
    port.stage("phase_head", lambda value, _: port.tensors.stop_gradient(value))


@fault("loss.extraction-detached", rung="gradient")
def extraction_detached(port: FaultyPort) -> None:
    """No gradient flows through the merge."""
    port.stage("object_merged", lambda value, _: port.tensors.stop_gradient(value))


@fault("loss.intensity-detached", rung="gradient")
def intensity_detached(port: FaultyPort) -> None:
    """The scale is a constant where the intensity is made."""

    def detached(value: Any, stages: dict[str, Any]) -> Any:
        power, stop = stages["power"] + 1e-30, port.tensors.stop_gradient
        return power * stop(value / power)

    port.stage("intensity", detached)
