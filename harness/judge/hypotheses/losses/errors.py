"""An error of amplitudes, or a total variation, by another formula."""

from collections.abc import Callable, Iterator

import numpy as np

from harness.arrays import Array
from harness.judge.hypotheses.known import OTHERS, Candidate, Known
from harness.judge.hypotheses.trial import reproduces
from harness.physics import likelihood

Compute = Callable[[], float]


def amplitude_error(known: Known) -> Iterator[Candidate]:
    """The mean of `|sqrt(I) - A|`: squared, of counts, of squared patterns, of the next pattern."""
    intensity, photons = known.stages.get("intensity"), known.numbers.get("nphotons")
    amplitude = known.batch.get("amplitude")
    if known.kind != "loss" or intensity is None or amplitude is None or photons is None:
        return
    if intensity.shape != amplitude.shape:
        return

    def error(predicted: Array, measured: Array) -> float:
        return likelihood.amplitude_mae(predicted, measured, photons)

    root, unit = np.sqrt(intensity), np.sqrt(photons) / (amplitude.shape[1] / 2)
    yield from _tried(
        known,
        lambda: error(intensity, amplitude),
        {
            "of the squared patterns": lambda: error(intensity, amplitude**2),
            "of the squared difference": lambda: float(np.square(root - amplitude).mean() / unit),
            "of the squared difference, in units of its square": lambda: float(
                np.square((root - amplitude) / unit).mean()
            ),
            "of counts, not of amplitudes": lambda: float(np.abs(intensity - amplitude**2).mean() / unit),
            "of the roots of amplitudes": lambda: error(root, np.sqrt(amplitude)),
            "of the next pattern": lambda: error(intensity, np.roll(amplitude, 1, 0)),
            "of the pattern before": lambda: error(intensity, np.roll(amplitude, -1, 0)),
        },
    )


def total_variation(known: Known) -> Iterator[Candidate]:
    """The mean of the differences of neighbouring pixels: of every second one, without a root, along one axis."""
    patches = known.stages.get("object_patches")
    if known.kind != "loss" or patches is None:
        return
    variation = likelihood.total_variation
    yield from _tried(
        known,
        lambda: variation(patches),
        {
            "of every second column": lambda: variation(patches[:, :, ::2]),
            "of every second row": lambda: variation(patches[:, ::2]),
            "of every second pixel": lambda: variation(patches[:, ::2, ::2]),
            "of the modulus": lambda: variation(np.abs(patches) + 0j),
            "of rows alone": lambda: _along(patches, 1),
            "of columns alone": lambda: _along(patches, 2),
            "without the number under the root": lambda: _along(patches, 1, 0.0) + _along(patches, 2, 0.0),
        },
    )


def _along(patches: Array, axis: int, smoothing: float = likelihood.SMOOTHING) -> float:
    step = np.diff(patches, axis=axis)
    return float(np.sqrt(step.real**2 + step.imag**2 + smoothing).mean())


def _tried(known: Known, right: Compute, wrong: dict[str, Compute]) -> Iterator[Candidate]:
    """The variants of a formula, if it gives the right value."""
    if reproduces(known, np.array([right()])):
        for what, compute in wrong.items():
            yield Candidate(f"{OTHERS} {what}", np.array([compute()]))
