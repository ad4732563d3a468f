"""Scenario sections of the physics-informed network: its model, its loss and its optimiser."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, cast

from pydantic import Field, model_validator

from harness.scenario.schema import Filters, FromZero, Positive, Scenario, Section


class ModelSpec(Section):
    """Settings of the network and of the physics around it."""

    encoder_filters: Filters = (8, 32, 64)
    decoder_filters: Filters = (32, 16)
    encoder_input: Literal["shared", "channels"] = "shared"
    """shared: one pattern at a time with the same weights; channels: all C patterns of a group at once."""
    features: Literal["plain", "log_autocorrelation"] = "log_autocorrelation"
    """plain: X itself; log_autocorrelation: log1p(X) and the autocorrelation of the exit wave."""
    amplitude_limit: Positive = 3.0
    """Largest amplitude that the head can give, in units of the mean amplitude that explains the data."""
    border: Literal["zeros", "mean"] = "zeros"
    """Border around the central N/2 pixels of a predicted patch, unless `probe_big` predicts all N."""
    probe_big: bool = False
    """Predict all N pixels of a patch by one more decoder level; otherwise the central N/2."""
    object_big: bool = True
    """Merge the patches of a group before the forward model (gridsize 2)."""
    scale_trainable: bool = True


class LossSpec(Section):
    """Weights of the loss terms; a term of weight 0 is not computed."""

    poisson: Annotated[float, Field(ge=0)] = 1.0
    amplitude_mae: Annotated[float, Field(ge=0)] = 0.0
    total_variation: Annotated[float, Field(ge=0)] = 0.0

    @model_validator(mode="after")
    def _something_to_fit(self) -> "LossSpec":
        if self.poisson == 0 and self.amplitude_mae == 0:
            raise ValueError("poisson and amplitude_mae are both 0: no term compares with the data")
        return self


class OptimiserSpec(Section):
    """Adam's learning rate: linear warm-up, then cosine decay."""

    learning_rate: Positive = 4e-3
    """Largest learning rate, after the warm-up."""
    warmup_steps: FromZero = 50
    final_fraction: Annotated[float, Field(ge=0, le=1)] = 0.02
    """Learning rate at the end, as a fraction of the largest; 1 with warmup_steps 0 keeps it constant."""


class PinnScenario(Scenario):
    """Resolved scenario of the physics-informed network."""

    moved: ClassVar[Mapping[str, str]] = {f"training.{key}": f"optimiser.{key}" for key in OptimiserSpec.model_fields}
    network: Literal["pinn"] = "pinn"
    model: ModelSpec = ModelSpec()
    loss: LossSpec = LossSpec()
    optimiser: OptimiserSpec = OptimiserSpec()

    @model_validator(mode="after")
    def _channels_need_a_group(self) -> "PinnScenario":
        if self.grouping.gridsize == 1 and self.model.encoder_input == "channels":
            raise ValueError("encoder_input 'channels' needs gridsize 2 (with gridsize 1 both mean the same)")
        return self

    @model_validator(mode="after")
    def _levels_fit(self) -> "PinnScenario":
        if self.dataset.N % 2 ** len(self.model.encoder_filters):
            raise ValueError(
                f"encoder_filters has {len(self.model.encoder_filters)} levels, but N {self.dataset.N} "
                "cannot be halved that often"
            )
        levels = len(self.model.encoder_filters) - (0 if self.model.probe_big else 1)
        if len(self.model.decoder_filters) != levels:
            raise ValueError(
                f"decoder_filters must hold {levels} levels: {len(self.model.encoder_filters)} encoder levels, "
                f"probe_big {self.model.probe_big}"
            )
        return self


SCENARIO = PinnScenario


def of(scenario: Scenario) -> PinnScenario:
    """The scenario of a set-up with the type of this network's scenarios."""
    return cast("PinnScenario", scenario)
