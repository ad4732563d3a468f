"""Faults of shape, type and state: precision, values that are not finite, state of earlier calls."""

from dataclasses import replace
from typing import Any

import numpy as np

from harness.arrays import Array
from harness.faults.catalogue import ANY, fault
from harness.faults.edit import with_amplitude
from harness.faults.faulty_port import FaultyPort
from harness.ports.protocol import Batch


@fault("state.other-precision", rung="stages", network=ANY)
def other_precision(port: FaultyPort) -> None:
    """The backend computes in single precision, whatever is asked for."""
    port.setup(lambda setup: replace(setup, precision="float32"))


@fault("state.mixed-precision", rung="stages", quick=True)
def mixed_precision(port: FaultyPort) -> None:
    """One stage is rounded to single precision on its way."""
    port.stage("power", lambda value, _: port.tensors.rounded(value))


@fault("state.input-rounded", rung="stages", network=ANY)
def input_rounded(port: FaultyPort) -> None:
    """The input is kept in single precision."""
    port.batch(with_amplitude(lambda amplitude: amplitude.astype(np.float32).astype(np.float64)))


@fault("state.offsets-rounded", rung="stages", network=ANY)
def offsets_rounded(port: FaultyPort) -> None:
    """The offsets are kept in half precision."""
    port.batch(lambda batch: replace(batch, relative=batch.relative.astype(np.float16).astype(np.float64)))


@fault("state.imaginary-lost", rung="stages", quick=True)
def imaginary_lost(port: FaultyPort) -> None:
    """The exit wave loses its imaginary part."""
    port.stage("exit_wave", lambda value, _: port.tensors.real(value))


@fault("state.nan", rung="stages", quick=True)
def nan(port: FaultyPort) -> None:
    """The exit wave is not a number."""
    port.stage("exit_wave", lambda value, _: value * float("nan"))


@fault("state.left-over", rung="loss", network=ANY)
def left_over(port: FaultyPort) -> None:
    """What an earlier call was given is mixed into the next."""
    calls: list[Batch] = []

    def mixed(batch: Batch) -> Batch:
        calls.append(batch)
        return replace(batch, amplitude=batch.amplitude * (1 + 1e-3 * (len(calls) - 1)))

    port.batch(mixed)


@fault("state.sample-axis", rung="stages")
def sample_axis(port: FaultyPort) -> None:
    """The samples of a batch are in reverse order."""
    port.stage("input", lambda value, _: port.tensors.flip(value, 0))


@fault("state.rows-reversed", rung="stages", network=ANY)
def rows_reversed(port: FaultyPort) -> None:
    """The patterns are read from the last row on."""
    port.batch(with_amplitude(lambda amplitude: np.ascontiguousarray(amplitude[:, ::-1])))


@fault("state.batch-coupled", rung="stages")
def batch_coupled(port: FaultyPort) -> None:
    """A sample of the batch leaks into all others."""
    port.stage("encoder.1", lambda value, _: value + 1e-3 * port.tensors.mean(value, 0))


@fault("state.gradient-noise", rung="gradient", size=1e-4, unit="of the slope of the amplitude (standard deviation)")
def gradient_noise(port: FaultyPort) -> None:
    """The gradients are other ones each time that they are computed."""
    port.stage("amplitude_head", lambda value, _: port.tensors.noisy_gradient(value, port.size))


@fault("state.last-sample-detached", rung="gradient")
def last_sample_detached(port: FaultyPort) -> None:
    """No gradient flows back from the last sample of a batch."""

    def detached(value: Any, _: Any) -> Any:
        return port.tensors.joined(value[:-1], port.tensors.stop_gradient(value[-1:]))

    port.stage("amplitude_head", detached)


@fault("state.remainder", rung="patches", network=ANY)
def remainder(port: FaultyPort) -> None:
    """The last batch of inference, which is not full, is filled with copies and averaged over them."""
    full = [0]

    def averaged(patches: Array) -> Array:
        full[0] = max(full[0], len(patches))
        return patches * len(patches) / full[0]

    port.predictions(averaged)
