"""What both backends must build alike: names, shapes, first numbers, schedule and the rules of rounding.

NumPy only. The network itself is written twice, once in each framework; here stands what it is made of.

Layouts of the stages (`stage_names`), whatever a backend uses inside:

- `input` (B, N, N, C): X = amplitude / exp(log_scale);
- `encoder.<k>` (B*C, n, n, filters) with the shared encoder, sample `b*C + c`, else (B, n, n, filters);
- `amplitude_head`, `phase_head` (B, n, n, C), after the activation, n = N with `probe_big`, else N/2;
- `object_merged` (B, padded, padded, 1) where patches are merged (`merges`), else the patches (B, N, N, C);
- all others (B, N, N, C).

Features of `log_autocorrelation`: all log1p(X) channels, then all autocorrelation channels,
`real(fftshift(ifft2(ifftshift(X^2)))) / AUTOCORRELATION_DIVISOR` with the orthonormal inverse FFT: its centre
is then N/16 on average, of order 1 for every N.

Rules of the loss, the same on both sides so that float32 agrees to rounding:

- every pixel's term is computed in the working precision, but all sums, means, divisions and the
  weighted total are done in float64 (`loss` and every term is a float64 scalar);
- `poisson`: I = exp(2 log_scale) * |F|^2; per pattern sum(I - I_obs * log(max(I, INTENSITY_FLOOR)));
  mean over the B*C patterns; divided by nphotons;
- `amplitude_mae`: mean over all pixels of |sqrt(max(I, INTENSITY_FLOOR)) - A_obs|, I as above, divided by
  sqrt(nphotons) / (N/2): the root is never differentiated at zero, and below the floor its gradient is zero;
- `total_variation`: for each axis the mean of sqrt(Re(d)^2 + Im(d)^2 + VARIATION_SMOOTHING) over the differences
  d of neighbouring pixels of the object patches, x and y added: the root is never differentiated at zero;
- `loss`: sum of weight * term over the terms of non-zero weight, which alone are computed.

Gradients flow through log_scale wherever it stands, the division of the input included.
Translation matrices are computed in float64 from the float64 offsets, then cast to the working precision.
"""

import math
from collections.abc import Mapping

import numpy as np

from harness.backends.protocol import PHYSICS_STAGES, Array, Precision, Weights
from harness.errors import HarnessError
from harness.scenario.schema import LossSpec, Scenario, TrainingSpec

DECODERS = ("amplitude", "phase")
AUTOCORRELATION_DIVISOR = 4.0
INTENSITY_FLOOR = 1e-12
VARIATION_SMOOTHING = 1e-12
MERGE_EPSILON = 1e-3
"""Added to the summed weights of a merge before the division."""

HEAD_GAIN = {"amplitude": 1.0, "phase": 0.1}
"""Standard deviation of a head's first kernel, times sqrt(fan_in).

The amplitude head learns sooner from a lively start; the phase starts almost flat, far from its wrap.
"""
START_AMPLITUDE = 1.0
"""Amplitude that the head starts from, in units of `object_amplitude`, unless that is above half its limit."""

ADAM_BETAS = (0.9, 0.99)
"""The short memory of the second moment suits budgets of about a thousand steps."""
ADAM_EPSILON = 1e-8
"""Beside the square root of the bias-corrected second moment, as in the paper's algorithm and in PyTorch."""


def merges(scenario: Scenario) -> bool:
    """Say whether the patches of a group are merged before the forward model."""
    return scenario.grouping.gridsize > 1 and scenario.model.object_big


def predicted_size(scenario: Scenario) -> int:
    """Side in pixels of the region that the heads predict: N with `probe_big`, else N/2."""
    return scenario.dataset.N if scenario.model.probe_big else scenario.dataset.N // 2


def encoder_channels(scenario: Scenario) -> int:
    """Count the patterns that the encoder sees at once, and that a head predicts at once."""
    return scenario.grouping.gridsize**2 if scenario.model.encoder_input == "channels" else 1


def stage_names(scenario: Scenario) -> tuple[str, ...]:
    """Name the stages of the forward pass in the order of the contract."""
    levels = range(len(scenario.model.encoder_filters))
    return ("input", *(f"encoder.{k}" for k in levels), "amplitude_head", "phase_head", *PHYSICS_STAGES)


def loss_terms(loss: LossSpec) -> dict[str, float]:
    """Weights of the terms that are computed, by name, in the order of the contract."""
    weights = {name: getattr(loss, name) for name in ("poisson", "amplitude_mae", "total_variation")}
    return {name: weight for name, weight in weights.items() if weight != 0}


def weight_shapes(scenario: Scenario) -> dict[str, tuple[int, ...]]:
    """Shape of every weight by canonical name; kernels are (height, width, in, out), `log_scale` is ()."""
    model, channels = scenario.model, encoder_channels(scenario)
    features = channels * (2 if model.features == "log_autocorrelation" else 1)
    shapes = _ladder("encoder", features, model.encoder_filters)
    for decoder in DECODERS:
        shapes |= _ladder(decoder, model.encoder_filters[-1], model.decoder_filters)
        last = (*model.encoder_filters, *model.decoder_filters)[-1]
        shapes |= _convolution(f"{decoder}.head", last, channels)
    return shapes | {"log_scale": ()}


def _ladder(part: str, entering: int, filters: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for level, leaving in enumerate(filters):
        shapes |= _convolution(f"{part}.{level}.conv1", entering, leaving)
        shapes |= _convolution(f"{part}.{level}.conv2", leaving, leaving)
        entering = leaving
    return shapes


def _convolution(name: str, entering: int, leaving: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.kernel": (3, 3, entering, leaving), f"{name}.bias": (leaving,)}


def initial_weights(scenario: Scenario, intensity_scale: float) -> Weights:
    """First weights, float64, from the scenario's training seed: the same for both backends.

    Hidden kernels after He et al. (2015), normal with variance 2/fan_in; heads with HEAD_GAIN / sqrt(fan_in);
    biases 0 but the amplitude head's, which starts the amplitude at START_AMPLITUDE;
    log_scale = log(intensity_scale). Every value is one that float32 can hold, so that both precisions
    start from the same numbers. A `training.nudge` other than 0 moves each of them up or down by one unit
    in the last place of float32 (a zero stays): what a backend differs from itself by rounding alone.
    """
    generator = np.random.default_rng(scenario.training.seed)
    weights = {name: _first(name, shape, generator) for name, shape in weight_shapes(scenario).items()}
    limit = scenario.model.amplitude_limit
    start = min(START_AMPLITUDE, limit / 2)
    weights["amplitude.head.bias"] += math.log(start / (limit - start))  # the sigmoid's inverse at start/limit
    weights["log_scale"] = np.array(math.log(intensity_scale))
    single = {name: value.astype(np.float32) for name, value in weights.items()}
    found = {name: value.astype(np.float64) for name, value in single.items()}
    return nudged(found, scenario.training.nudge, "float32") if scenario.training.nudge else found


def nudged(weights: Weights, draw: int, precision: Precision) -> Weights:
    """Every weight moved by one unit in the last place of a precision, up or down as the number of the draw says.

    A zero stays: no rounding moves it. The smallest number in its place would open every ReLU that a blank part of a
    pattern and a bias of 0 hold exactly at its bend, and the gradient would jump.
    """
    directions = np.random.default_rng(draw)
    moved = {}
    for name, value in weights.items():
        towards = np.where(directions.random(value.shape) < 0.5, -np.inf, np.inf).astype(precision)
        moved[name] = np.where(value == 0, 0.0, np.nextafter(value.astype(precision), towards).astype(np.float64))
    return moved


def _first(name: str, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
    if not name.endswith(".kernel"):
        return np.zeros(shape)
    part, level, _ = name.split(".", 2)
    gain = HEAD_GAIN[part] if level == "head" else math.sqrt(2)
    return generator.normal(size=shape) * (gain / math.sqrt(math.prod(shape[:-1])))


def check_weights(weights: Mapping[str, Array], scenario: Scenario) -> None:
    """Raise HarnessError unless `weights` holds every canonical name in its shape, and nothing else."""
    shapes = weight_shapes(scenario)
    missing, unknown = sorted(shapes.keys() - weights.keys()), sorted(weights.keys() - shapes.keys())
    if missing or unknown:
        raise HarnessError(
            f"weights do not fit the scenario's network: missing {missing or 'none'}, unknown {unknown or 'none'}; "
            "load weights that were trained with the same model section."
        )
    for name, shape in shapes.items():
        if np.shape(weights[name]) != shape:
            raise HarnessError(
                f"weight {name} has shape {np.shape(weights[name])}, the scenario's network has {shape}."
            )


def learning_rate(training: TrainingSpec, step: int, steps: int) -> float:
    """Learning rate of a step (from 0) of `steps` in all.

    Linear warm-up to `learning_rate` at step `warmup_steps`-1, then half a cosine down to
    `final_fraction` of it at the last step.
    """
    if step < training.warmup_steps:
        return training.learning_rate * (step + 1) / training.warmup_steps
    progress = (step - training.warmup_steps) / max(1, steps - 1 - training.warmup_steps)
    falling = 0.5 * (1 + math.cos(math.pi * progress))
    return training.learning_rate * (training.final_fraction + (1 - training.final_fraction) * falling)


def adam_epsilon_hat(step: int) -> float:
    """Epsilon that makes Keras' Adam the same as PyTorch's at a step (from 0).

    Keras adds its epsilon to the root of the second moment before the bias correction ("epsilon hat" of
    Kingma and Ba, 2015, section 2), PyTorch after it: eps_hat = eps * sqrt(1 - beta2^t), t = step + 1.
    """
    return ADAM_EPSILON * math.sqrt(1 - ADAM_BETAS[1] ** (step + 1))
