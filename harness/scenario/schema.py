"""Schema of a scenario: every key with its type, bounds, default and unit.

Both ports get the same scenario, and nothing in it names a framework. Each network adds sections of its own for its
layers, its loss and its optimiser.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError


def _whole(value: Any) -> Any:
    """Refuse 64.0 and true, which a `Literal` would accept as 64 and 1 because they compare equal."""
    if type(value) is not int:
        raise ValueError("must be a whole number")
    return value


STATED = "stated"
"""Type of an error whose message says itself what is allowed, as the types of the schema alone do not."""


def _at_most(limit: float) -> AfterValidator:
    """Refuse a number beyond a limit, above which a session could only end for want of memory, time or digits."""

    def check(value: float) -> float:
        if value > limit:
            raise PydanticCustomError(STATED, f"at most {limit:g}")
        return value

    return AfterValidator(check)


MOST_PHOTONS = 1e15
"""Of a pattern: more than any detector counts, and few enough that a pixel's count is exact in float64."""
MOST_IMAGES = 100_000
LONGEST_SIDE = 16_384
"""Pixels of an object, of which the complex array takes 4 GB."""
MOST = 1_000_000
"""Of anything else that is counted: groups, epochs, steps, iterations, filters."""

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1), _at_most(MOST)]
FromZero = Annotated[int, Field(ge=0), _at_most(MOST)]
Side = Annotated[int, Field(ge=1), _at_most(LONGEST_SIDE)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Filters = Annotated[tuple[Count, ...], Field(min_length=1, strict=False)]


class Section(BaseModel):
    """Base of every section: immutable; unknown keys and wrong types are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ObjectSpec(Section):
    """The simulated object: random line segments, blurred at several widths."""

    shape: Annotated[tuple[Side, Side], Field(strict=False)] = (392, 392)
    seed: Seed = 42
    phase: Literal["none", "follows_amplitude"] = "none"
    phase_span: Positive = 2.0
    """Range of the phase in radians, from dark to bright parts of the object, when the phase follows the amplitude."""


class ProbeSpec(Section):
    """The illuminating probe, its normalisation and its mask."""

    kind: Literal["idealised", "zone_plate", "curved_disk", "file"] = "idealised"
    scale: Positive = 4.0
    """Factor `probe_scale` of the normalisation `P / (probe_scale * mean(|M P|))`, M the circular mask."""
    mask: bool = False
    """Multiply the probe by the circular mask M of radius N/4 in the model."""
    refine_iterations: FromZero = 0
    """Iterations of the reference reconstruction, on the training patterns, that refine the probe of a file."""


class ScanSpec(Section):
    """Random, non-grid scan positions of the simulation."""

    images: Annotated[int, Field(ge=1), _at_most(MOST_IMAGES)] = 512
    """Number of diffraction patterns, training and test together."""
    buffer: Annotated[float, Field(ge=0), _at_most(LONGEST_SIDE)] = 10.0
    """Distance in pixels that every patch keeps from the edge of the object."""
    seed: Seed = 42


class MaskSpec(Section):
    """Detector pixels that do not count, besides those that a file of measured data masks itself."""

    beamstop: Annotated[float, Field(ge=0)] = 0.0
    """Radius in pixels of the disk about zero frequency that a beamstop covers; 0: none."""
    gap: FromZero = 0
    """Width in columns of the gap between two modules of the detector; 0: none."""
    gap_from: FromZero = 0
    """First column of the gap."""


class DatasetSpec(Section):
    """Where the diffraction patterns come from."""

    source: Literal["simulated", "file"] = "simulated"
    file: str | None = None
    """Name of an NPZ file (contract or tike layout, optionally .bz2) beside the scenario or in the data folder."""
    N: Annotated[Literal[64, 128, 256], BeforeValidator(_whole)] = 64
    nphotons: Annotated[Positive, _at_most(MOST_PHOTONS)] = 1e9
    """Mean number of photons that a simulated pattern counts; for a file the mean of its own counts is used instead."""
    photon_seed: Seed = 42
    split: Literal["half_y", "none"] = "half_y"
    """half_y: the half with lower y is for training, the other for testing; none: all patterns are for both."""
    object: ObjectSpec = ObjectSpec()
    probe: ProbeSpec = ProbeSpec()
    scan: ScanSpec = ScanSpec()
    mask: MaskSpec = MaskSpec()
    reference_iterations: FromZero = 0
    """Iterations of the reference reconstruction, on all patterns of a file, that serves as the ground truth."""

    @model_validator(mode="after")
    def _file_belongs_to_source(self) -> "DatasetSpec":
        if (self.source == "file") != (self.file is not None):
            raise ValueError("'file' must be given when, and only when, source is 'file'")
        if (self.probe.kind == "file") and self.source != "file":
            raise ValueError("a probe of kind 'file' needs source 'file'")
        if self.probe.refine_iterations and self.probe.kind != "file":
            raise ValueError("refine_iterations needs a probe of kind 'file'")
        return self

    @model_serializer(mode="wrap")
    def _with_a_mask_that_masks(self, serialise: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A mask that leaves nothing out is not written: results from before there were masks keep their keys."""
        values: dict[str, Any] = serialise(self)
        return values if self.mask != MaskSpec() else {key: value for key, value in values.items() if key != "mask"}

    @model_validator(mode="after")
    def _some_pixels_count(self) -> "DatasetSpec":
        mask, N = self.mask, self.N
        if mask.beamstop > N / 2 or mask.gap_from + mask.gap > N or mask.gap == N:
            raise ValueError(
                f"mask.beamstop {mask.beamstop:g}, mask.gap {mask.gap} from column {mask.gap_from}: allowed are a "
                f"radius of at most {N / 2:g}, and a gap that lies on the {N} columns and leaves some beside it"
            )
        return self


class GroupingSpec(Section):
    """How neighbouring patterns are grouped; a group has C = gridsize**2 patterns."""

    gridsize: Annotated[Literal[1, 2], BeforeValidator(_whole)] = 1
    neighbor_count: Count = 4
    groups: Count = 256
    """Number of training groups in an epoch."""
    regroup: bool = True
    """Draw new groups for each epoch; both backends get the same groups."""
    seed: Seed = 42

    @model_validator(mode="after")
    def _enough_neighbours(self) -> "GroupingSpec":
        if self.neighbor_count + 1 < self.gridsize**2:
            raise ValueError(
                f"neighbor_count {self.neighbor_count} gives at most {self.neighbor_count + 1} patterns a group; "
                f"gridsize {self.gridsize} needs {self.gridsize**2}"
            )
        return self


class TrainingSpec(Section):
    """Length of the training, its batches and its seed; the optimiser has a section of the network's own."""

    epochs: Count = 45
    batch_size: Count = 8
    seed: Seed = 42
    """Seed of the initial weights and of the order of the batches."""
    precision: Literal["float32", "float64"] = "float32"
    nudge: Annotated[int, Field(ge=0)] = 0
    """Seed of a shift of every initial weight, up or down, by one unit in the last place of float32; 0: no shift."""


class InferenceSpec(Section):
    """Which groups of test patterns are predicted and how their patches are stitched."""

    group_limit: Count = 64
    reassemble_m: Count = 20
    """Side in pixels of the central part of each patch that is stitched."""
    weighting: Literal["uniform", "probe"] = "uniform"
    """Weight of a pixel when overlapping patches are averaged: 1 (uniform) or |P|^2 (probe)."""


class LockstepSpec(Section):
    """The lock-step: both backends take the same steps from the same weights on the same batches."""

    steps: Count = 10
    """Number of optimiser steps in a trajectory."""
    draws: Annotated[int, Field(ge=2), _at_most(1000)] = 3
    """Number of further trajectories of each backend, from nudged weights and on reordered batches, that measure its
    noise: the difference between the sides is compared with it."""
    learning_rate: Positive = 1e-4
    """Largest learning rate of the trajectories. At the rates that train best a rounding error doubles every few
    steps, in float64 too; at this rate it does not grow, so that a difference comes from the ports."""


class EnsembleSpec(Section):
    """Repeated trainings of both backends with several seeds."""

    seeds: Annotated[int, Field(ge=0), _at_most(1000)] = 0
    """Number of seeds for each backend, from `training.seed` upwards; 0: no ensemble."""

    @model_validator(mode="after")
    def _enough_seeds(self) -> "EnsembleSpec":
        if 0 < self.seeds < 3:
            raise ValueError(f"seeds is {self.seeds}: a spread needs at least 3 seeds; 0 leaves the ensemble out")
        return self


class Scenario(Section):
    """Sections that every resolved scenario has; each network adds its own (see `harness.scenario.networks`)."""

    moved: ClassVar[Mapping[str, str]] = {}
    """Dotted keys of earlier versions -> their keys in this version."""
    network: str
    """The network whose two ports are compared."""
    description: str = ""
    markers: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """pytest markers besides `parity`, such as `realdata` or `slow`."""
    dataset: DatasetSpec = DatasetSpec()
    grouping: GroupingSpec = GroupingSpec()
    training: TrainingSpec = TrainingSpec()
    inference: InferenceSpec = InferenceSpec()
    lockstep: LockstepSpec = LockstepSpec()
    ensemble: EnsembleSpec = EnsembleSpec()
    limits: dict[str, float] = {}
    """Limits of checks by `rung.check`; they replace, or are added to, those of `harness/judge/limits.yaml`."""

    @property
    def sides(self) -> tuple[str, str] | None:
        """Names of the two sides, reference first, where the scenario itself says who they are."""
        return None

    @property
    def upstream(self) -> str | None:
        """Name of the repository that the sides import and that is no part of this one; None where there is none."""
        return None

    def in_float32_alone(self, side: str) -> bool:  # noqa: ARG002
        """Whether a side computes in float32 whatever it is asked for."""
        return False

    @property
    def declared(self) -> dict[str, dict[str, str | bool]]:
        """Differences of the sides that are known, by what differs: `differs`, `reason` and `until` of each."""
        return {}

    @property
    def requested_settings(self) -> Mapping[str, Any] | None:
        """Settings that the sides' own workflows are asked for; None where the harness itself feeds both sides."""
        return None

    def for_side(self, name: str | None) -> "Scenario":  # noqa: ARG002
        """The scenario without what only the other side, or only the pair, is told; None: without what any side is."""
        return self

    @model_validator(mode="after")
    def _sizes_fit(self) -> "Scenario":
        if self.inference.reassemble_m > self.dataset.N:
            raise ValueError(f"reassemble_m {self.inference.reassemble_m} exceeds N {self.dataset.N}")
        if self.grouping.groups < self.training.batch_size:
            raise ValueError(
                f"groups {self.grouping.groups} is less than batch_size {self.training.batch_size}: no batch is whole"
            )
        return self
