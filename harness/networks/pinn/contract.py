"""The contract of the physics-informed network: names, shapes and layouts that both ports must have.

Layouts of the stages that a port returns, whatever it uses inside:

- `input` (B, N, N, C): X = amplitude / exp(log_scale);
- `encoder.<k>` (B*C, n, n, filters) with the shared encoder, sample `b*C + c`, else (B, n, n, filters);
- `amplitude_head`, `phase_head` (B, n, n, C), after the activation, n = N with `probe_big`, else N/2;
- `object_merged` (B, padded, padded, 1) where patches are merged (`merges`), else the patches (B, N, N, C);
- all others (B, N, N, C).

Names of the layers: `encoder.<k>.conv1`, `.conv2` and `.pool`, then of each decoder `<decoder>.<k>.conv1`, `.conv2`
and `.up`, and `<decoder>.head`.

Features of `log_autocorrelation`: all log1p(X) channels, then all autocorrelation channels,
`real(fftshift(ifft2(ifftshift(X^2)))) / autocorrelation_divisor` with the orthonormal inverse FFT: its centre
is then N/16 on average, of order 1 for every N.
"""

from collections.abc import Collection, Mapping

from harness.networks.pinn.rules import Rules
from harness.networks.pinn.sections import LossSpec, of
from harness.ports.contract import Attributes, Contract, Scale, Stage, Term, Value, Weight
from harness.scenario.schema import Scenario

DECODERS = ("amplitude", "phase")
LOG_SCALE = "log_scale"
MOMENTS = ("first_moment", "second_moment")
PHYSICS_STAGES = (
    "object_patches",
    "object_merged",
    "object_extracted",
    "exit_wave",
    "diffraction_amplitude",
    "intensity",
)
"""Stages of the physics in order, after those of the network; the oracle computes them from the first one."""
_COMPLEX = PHYSICS_STAGES[:4]
_ORACLE_STAGES = ("input", *PHYSICS_STAGES[1:])
"""Stages that the oracle computes; it starts from the object patches of the port."""


def contract_of(
    scenario: Scenario,
    layers: Mapping[str, Attributes] | None = None,
    exposed: Collection[str] | None = None,
    sources: Mapping[str, str] | None = None,
) -> Contract:
    """The contract of a port for a scenario.

    Args:
        scenario: the scenario that the port was built for.
        layers: attributes of every layer, read from the layers that the port built.
        exposed: the stages that the port returns; all of them if None.
        sources: where the port computes each stage and each term of the loss, by its name.
    """
    spec, placed = of(scenario), sources or {}
    return Contract(
        network=spec.network,
        weights=tuple(_weight(name, shape, spec.model.scale_trainable) for name, shape in weight_shapes(spec).items()),
        stages=tuple(
            _stage(name, exposed is None or name in exposed, placed.get(name, "")) for name in stage_names(spec)
        ),
        losses=tuple(
            Term(name=name, weight=weight, likelihood=name == "poisson", source=placed.get(name, ""))
            for name, weight in loss_terms(spec.loss).items()
        ),
        optimiser_state=MOMENTS,
        scale=Scale(weight=LOG_SCALE, trained=spec.model.scale_trainable),
        region=predicted_size(spec),
        oracle=True,
        options=_options(),
        layers=dict(layers or {}),
    )


def _weight(name: str, shape: tuple[int, ...], scale_trained: bool) -> Weight:
    kind = name.rpartition(".")[2]
    if name == LOG_SCALE:
        return Weight(name=name, shape=shape, kind="scalar", trained=scale_trained)
    return Weight(name=name, shape=shape, kind="kernel" if kind == "kernel" else "bias")


def _stage(name: str, exposed: bool, source: str) -> Stage:
    return Stage(
        name=name,
        number="complex" if name in _COMPLEX else "real",
        oracle=name in _ORACLE_STAGES,
        exposed=exposed,
        source=source,
    )


def _options() -> dict[str, Value]:
    """Constants of `rules` that both ports use, for the contract's `options`."""
    numbers = {name: value for name, value in vars(Rules()).items() if not callable(value)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in numbers.items()}


def merges(scenario: Scenario) -> bool:
    """Say whether the patches of a group are merged before the forward model."""
    return scenario.grouping.gridsize > 1 and of(scenario).model.object_big


def predicted_size(scenario: Scenario) -> int:
    """Side in pixels of the region that the heads predict: N with `probe_big`, else N/2."""
    return scenario.dataset.N if of(scenario).model.probe_big else scenario.dataset.N // 2


def encoder_channels(scenario: Scenario) -> int:
    """Number of patterns that are channels of one input of the encoder, and of one output of a head."""
    return scenario.grouping.gridsize**2 if of(scenario).model.encoder_input == "channels" else 1


def stage_names(scenario: Scenario) -> tuple[str, ...]:
    """Name the stages of the forward pass in the order of the contract."""
    levels = range(len(of(scenario).model.encoder_filters))
    return ("input", *(f"encoder.{k}" for k in levels), "amplitude_head", "phase_head", *PHYSICS_STAGES)


def loss_terms(loss: LossSpec) -> dict[str, float]:
    """Weights of the terms of the loss that are not 0, by name, in the order of the contract."""
    return {name: weight for name, weight in loss.model_dump().items() if weight != 0}


def weight_shapes(scenario: Scenario) -> dict[str, tuple[int, ...]]:
    """Shape of every weight by canonical name; kernels are (height, width, in, out), `log_scale` is ()."""
    model, channels = of(scenario).model, encoder_channels(scenario)
    features = channels * (2 if model.features == "log_autocorrelation" else 1)
    shapes = _level_shapes("encoder", features, model.encoder_filters)
    for decoder in DECODERS:
        shapes |= _level_shapes(decoder, model.encoder_filters[-1], model.decoder_filters)
        last = (*model.encoder_filters, *model.decoder_filters)[-1]
        shapes |= _convolution(f"{decoder}.head", last, channels)
    return shapes | {LOG_SCALE: ()}


def _level_shapes(part: str, entering: int, filters: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for level, leaving in enumerate(filters):
        shapes |= _convolution(f"{part}.{level}.conv1", entering, leaving)
        shapes |= _convolution(f"{part}.{level}.conv2", leaving, leaving)
        entering = leaving
    return shapes


def _convolution(name: str, entering: int, leaving: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.kernel": (3, 3, entering, leaving), f"{name}.bias": (leaving,)}
