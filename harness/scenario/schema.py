"""What a scenario may say: every key, its type, its limits and its default.

A scenario is data for both ports alike; nothing in it names a framework. What only one network knows, such as its
layers, its loss and its optimiser, stands in the sections that the network adds.
Numbers that a person must choose stand here with their unit.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


def _whole(value: Any) -> Any:
    """Refuse 64.0 and true, which a literal takes for 64 and 1 because they compare equal."""
    if type(value) is not int:
        raise ValueError("must be a whole number")
    return value


Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Filters = Annotated[tuple[Count, ...], Field(min_length=1, strict=False)]


class Section(BaseModel):
    """Base of every section: unknown keys and wrong types are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ObjectSpec(Section):
    """The simulated object: random line segments, blurred at several widths."""

    shape: Annotated[tuple[Count, Count], Field(strict=False)] = (392, 392)
    seed: Seed = 42
    phase: Literal["none", "follows_amplitude"] = "none"
    phase_span: Positive = 2.0
    """Radians between the darkest and the brightest amplitude, when the phase follows it."""


class ProbeSpec(Section):
    """The illumination and how the model treats it."""

    kind: Literal["idealised", "zone_plate", "curved_disk", "file"] = "idealised"
    scale: Positive = 4.0
    """probe_scale of the normalisation P / (probe_scale * mean(|M P|))."""
    mask: bool = False
    """Multiply the probe by the circular mask M of radius N/4 in the model."""
    refine_iterations: Annotated[int, Field(ge=0)] = 0
    """Sweeps of the reference reconstruction, on the training patterns, that refine a probe from a file."""


class ScanSpec(Section):
    """Random, non-grid scan positions of the simulation."""

    images: Count = 512
    """Patterns in all, training and test together."""
    buffer: Annotated[float, Field(ge=0)] = 10.0
    """Pixels kept free between any patch and the object's edge."""
    seed: Seed = 42


class DatasetSpec(Section):
    """Where the diffraction patterns come from."""

    source: Literal["simulated", "file"] = "simulated"
    file: str | None = None
    """NPZ (contract or tike layout, optionally .bz2), looked up beside the scenario and in the data folder."""
    N: Annotated[Literal[64, 128, 256], BeforeValidator(_whole)] = 64
    nphotons: Positive = 1e9
    """Mean photons a pattern of the simulation; of a file, the mean that was counted is used."""
    photon_seed: Seed = 42
    split: Literal["half_y", "none"] = "half_y"
    """half_y: the lower half along y trains, the upper half tests; none: all patterns do both."""
    object: ObjectSpec = ObjectSpec()
    probe: ProbeSpec = ProbeSpec()
    scan: ScanSpec = ScanSpec()
    reference_iterations: Annotated[int, Field(ge=0)] = 0
    """Sweeps of the reference reconstruction, on all patterns of a file, that stand in for the truth."""

    @model_validator(mode="after")
    def _file_belongs_to_source(self) -> "DatasetSpec":
        if (self.source == "file") != (self.file is not None):
            raise ValueError("'file' must be given when, and only when, source is 'file'")
        if (self.probe.kind == "file") and self.source != "file":
            raise ValueError("a probe of kind 'file' needs source 'file'")
        if self.probe.refine_iterations and self.probe.kind != "file":
            raise ValueError("refine_iterations needs a probe of kind 'file'")
        return self


class GroupingSpec(Section):
    """How patterns are put together; C = gridsize**2 patterns make a group."""

    gridsize: Annotated[Literal[1, 2], BeforeValidator(_whole)] = 1
    neighbor_count: Count = 4
    groups: Count = 256
    """Training groups of one epoch."""
    regroup: bool = True
    """Draw the groups anew each epoch; both backends see the same draw."""
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
    """How long is trained, on which batches, from which start; the optimiser is the network's own."""

    epochs: Count = 45
    batch_size: Count = 8
    seed: Seed = 42
    """Initial weights and the order of the batches."""
    precision: Literal["float32", "float64"] = "float32"
    nudge: Annotated[int, Field(ge=0)] = 0
    """Draw of a shift of every initial weight by one unit in the last place of float32; 0 shifts none."""


class InferenceSpec(Section):
    """Which groups are predicted and how they are put together."""

    group_limit: Count = 64
    reassemble_m: Count = 20
    """Side of the central part of each patch that is placed, pixels."""
    weighting: Literal["uniform", "probe"] = "uniform"
    """Weight of a pixel when overlapping patches are averaged: 1, or |P|^2."""


class LockstepSpec(Section):
    """What both backends do with the same weights and batches, step by step."""

    steps: Count = 10
    """Optimiser steps that the trajectories last."""
    draws: Annotated[int, Field(ge=2)] = 3
    """Trajectories of each backend from nudged weights, on reordered batches: the noise that the sides are held to."""
    learning_rate: Positive = 1e-4
    """Largest rate of the trajectories. At the rates that train best rounding doubles every few steps, in float64
    too; here it does not grow, and a difference is one of the ports."""


class EnsembleSpec(Section):
    """Trainings of both backends over seeds."""

    seeds: int = Field(default=0, ge=0)
    """Seeds a backend, counted from the training's own; 0 leaves the ensemble out."""

    @model_validator(mode="after")
    def _enough_seeds(self) -> "EnsembleSpec":
        if 0 < self.seeds < 3:
            raise ValueError(f"seeds is {self.seeds}: a spread needs at least 3 seeds; 0 leaves the ensemble out")
        return self


class Scenario(Section):
    """What every resolved scenario says; each network adds sections of its own (see `harness.scenario.networks`)."""

    moved: ClassVar[Mapping[str, str]] = {}
    """Dotted keys of earlier versions, and where the network's scenarios hold them now."""
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
    """Limits of checks (`rung.check`) that stand in for, or add to, those of the ledger."""

    @property
    def sides(self) -> tuple[str, str] | None:
        """Names of the two sides, reference first, where the scenario itself says who they are."""
        return None

    @property
    def declared(self) -> dict[str, dict[str, str]]:
        """Differences of the sides that are known, by what differs: `differs`, `reason` and `until` of each."""
        return {}

    def for_side(self, name: str | None) -> "Scenario":  # noqa: ARG002
        """The scenario without what only the other side, or only the pair, is told; None: without what any side is."""
        return self

    @model_validator(mode="after")
    def _sizes_fit(self) -> "Scenario":
        if self.inference.reassemble_m > self.dataset.N:
            raise ValueError(f"reassemble_m {self.inference.reassemble_m} exceeds N {self.dataset.N}")
        if self.grouping.groups % self.training.batch_size:
            raise ValueError(
                f"groups {self.grouping.groups} is not a multiple of batch_size {self.training.batch_size}: "
                "the last batch of an epoch would be incomplete"
            )
        return self
