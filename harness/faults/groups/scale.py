"""Faults of scale and units: probe, intensity scale, normalisation, photons."""

from dataclasses import replace

import numpy as np

from harness import layout
from harness.arrays import Array
from harness.faults.catalogue import ANY, fault
from harness.faults.edit import in_npz, with_amplitude, with_log_scale, with_section
from harness.faults.faulty_port import FaultyPort
from harness.files import read_json
from harness.ports.protocol import Batch


@fault("scale.probe-twice", rung="stages", network=ANY, size=1.0, unit="power of probe_scale too many", quick=True)
def probe_twice(port: FaultyPort) -> None:
    """The probe is divided by probe_scale once more."""
    port.setup(lambda setup: replace(setup, probe=setup.probe / setup.scenario.dataset.probe.scale**port.size))


@fault("scale.probe-not-normalised", rung="stages", network=ANY)
def probe_not_normalised(port: FaultyPort) -> None:
    """The probe is not divided by probe_scale at all."""
    port.setup(lambda setup: replace(setup, probe=setup.probe * setup.scenario.dataset.probe.scale))


@fault("scale.probe-scale-fixed", rung="stages", network=ANY)
def probe_scale_fixed(port: FaultyPort) -> None:
    """The probe is normalised with 4, whatever probe_scale says."""
    port.setup(lambda setup: replace(setup, probe=setup.probe * (setup.scenario.dataset.probe.scale / 4)))


@fault("scale.rms-for-mean", rung="stages", network=ANY)
def rms_for_mean(port: FaultyPort) -> None:
    """The probe is normalised by its root mean square, not by its mean modulus."""

    def ratio(probe: Array) -> float:
        modulus = np.abs(probe)
        return float(modulus.mean() / np.sqrt(np.square(modulus).mean()))

    port.setup(lambda setup: replace(setup, probe=setup.probe * ratio(setup.probe)))


@fault("scale.labels-illuminated", rung="stages", network=ANY)
def labels_illuminated(port: FaultyPort) -> None:
    """The probe is multiplied in twice."""
    port.setup(lambda setup: replace(setup, probe=setup.probe * setup.probe))


@fault("scale.log-scale-ignored", rung="stages")
def log_scale_ignored(port: FaultyPort) -> None:
    """The loaded log_scale is dropped; the model keeps 0."""
    port.weights_in(with_log_scale(np.zeros_like))


@fault("scale.sign", rung="stages", quick=True)
def sign(port: FaultyPort) -> None:
    """The sign of log_scale is inverted."""
    port.weights_in(with_log_scale(np.negative))
    port.weights_out(with_log_scale(np.negative))


@fault("scale.off", rung="stages", size=0.01, unit="relative excess of the scale", quick=True)
def off(port: FaultyPort) -> None:
    """The intensity scale is a little too large."""
    port.weights_in(with_log_scale(lambda value: value + np.log1p(port.size)))


@fault("scale.not-trainable", rung="gradient", quick=True)
def not_trainable(port: FaultyPort) -> None:
    """The scale is not registered as a weight that is trained."""
    port.setup(lambda setup: with_section(setup, "model", scale_trainable=False))


@fault("scale.input-detached", rung="gradient")
def input_detached(port: FaultyPort) -> None:
    """No gradient flows to the scale through the network's input."""
    port.stage("input", lambda value, _: port.tensors.stop_gradient(value))


@fault("scale.frozen", rung="step")
def frozen(port: FaultyPort) -> None:
    """The scale has a gradient, but its value is put back after every step."""
    start: dict[str, Array] = {}
    port.weights_in(lambda weights: start.update(log_scale=weights["log_scale"]) or weights)
    port.after_epoch(with_log_scale(lambda _: start["log_scale"]))


@fault("scale.label-only", rung="stages")
def label_only(port: FaultyPort) -> None:
    """The counts are scaled, but the network's input is not divided by the scale."""
    port.stage("input", lambda _, stages: 1.0 * stages["measured"])


@fault("scale.input-only", rung="stages")
def input_only(port: FaultyPort) -> None:
    """The input is divided by the scale, but the intensity not multiplied with it."""
    port.stage("intensity", lambda _, stages: 1.0 * stages["power"])


@fault("scale.not-squared", rung="stages")
def not_squared(port: FaultyPort) -> None:
    """The intensity is multiplied with the scale, not with its square."""
    port.stage("intensity", lambda value, stages: port.tensors.sqrt(value * stages["power"] + 1e-30))


@fault("scale.uint16", rung="stages", network=ANY)
def uint16(port: FaultyPort) -> None:
    """Counts are kept in 16 bits and wrap around."""
    port.batch(with_amplitude(lambda amplitude: np.sqrt(np.square(amplitude) % 2**16)))


@fault("scale.counts-for-amplitudes", rung="stages", network=ANY)
def counts_for_amplitudes(port: FaultyPort) -> None:
    """Counts are fed where amplitudes are expected."""
    port.batch(with_amplitude(np.square))


@fault("scale.amplitudes-for-counts", rung="stages", network=ANY)
def amplitudes_for_counts(port: FaultyPort) -> None:
    """The root is taken once more: amplitudes pass for counts."""
    port.batch(with_amplitude(np.sqrt))


@fault("scale.per-batch", rung="stages", network=ANY)
def per_batch(port: FaultyPort) -> None:
    """The patterns are normalised a batch, not a data set."""

    def normalised(batch: Batch) -> Batch:
        energy = np.square(batch.amplitude).sum(axis=(1, 2)).mean()
        return replace(batch, amplitude=batch.amplitude * np.sqrt(1e9 / energy))

    port.batch(normalised)


@fault("scale.n-squared", rung="dataset", network=ANY)
def n_squared(port: FaultyPort) -> None:
    """The energy of a pattern is normalised to N^2, not to (N/2)^2."""
    port.dataset(lambda folder: in_npz(folder / layout.TRAIN, X=lambda X: 2 * X))


@fault("scale.root-missing", rung="dataset", network=ANY)
def root_missing(port: FaultyPort) -> None:
    """The factor of the normalisation lacks its square root."""
    port.dataset(
        lambda folder: in_npz(
            folder / layout.TRAIN, X=lambda X: X * np.float32(read_json(folder / layout.SETUP)["normalisation"])
        )
    )


@fault("scale.nphotons-ignored", rung="loss", network=ANY, quick=True)
def nphotons_ignored(port: FaultyPort) -> None:
    """Nphotons is recorded but not divided by."""
    port.setup(lambda setup: replace(setup, nphotons=1.0))


@fault(
    "scale.nphotons-default",
    rung="loss",
    network=ANY,
    size=1e5,
    unit="relative excess of the data's nphotons over the one used",
)
def nphotons_default(port: FaultyPort) -> None:
    """Another nphotons than the data's is used."""
    port.setup(lambda setup: replace(setup, nphotons=setup.nphotons / (1 + port.size)))


@fault("scale.fft-norm", rung="stages")
def fft_norm(port: FaultyPort) -> None:
    """The Fourier transform is not normalised."""
    port.stage("power", lambda value, _: value * (int(value.shape[-1]) * int(value.shape[-2])))


@fault("scale.object-amplitude", rung="stages", network=ANY, size=0.1, unit="relative excess of the amplitude")
def object_amplitude(port: FaultyPort) -> None:
    """The amplitude that the head is scaled with is off."""
    port.setup(lambda setup: replace(setup, object_amplitude=setup.object_amplitude * (1 + port.size)))


@fault("scale.not-restored", rung="patches")
def not_restored(port: FaultyPort) -> None:
    """The scale of the bundle is not restored: 1.0 is used for inference."""
    if port.leg in ("infer", "exchange"):
        port.weights_in(with_log_scale(np.zeros_like))
