"""The TensorFlow port of the physics-informed network."""

from collections.abc import Callable, Mapping

import tensorflow as tf

from harness.arrays import Array, Weights
from harness.errors import HarnessError
from harness.files import JsonObject
from harness.networks.pinn.contract import contract_of
from harness.networks.pinn.forward import Stages
from harness.networks.pinn.rules import Rules
from harness.networks.pinn.sections import of
from harness.networks.pinn.start import initial_weights
from harness.networks.pinn.tensorflow import stitching, weights
from harness.networks.pinn.tensorflow.attributes import layers
from harness.networks.pinn.tensorflow.loss import Loss
from harness.networks.pinn.tensorflow.model import PtychographyModel
from harness.networks.pinn.tensorflow.training import Training
from harness.ports.protocol import CAPABILITIES, MASK, Batch, BatchSource, EpochReport, Setup
from harness.toolkits.keras import tensorflow_device as device
from harness.toolkits.source import located


class TensorFlowPort:
    """One model of one scenario; see `harness.ports.protocol.Port`.

    The attributes of `rules`, the functions of the stages in `forward` and those of the terms in `loss_terms` can be
    replaced before the port computes, which is how faults are injected.
    """

    capabilities = CAPABILITIES | {MASK}

    def __init__(self, setup: Setup) -> None:
        """Build the model with its initial weights; HarnessError when the device is missing."""
        device.configure(setup.device, setup.scenario.training.seed)
        self.rules = Rules()
        self._scenario = of(setup.scenario)
        self._precision = setup.precision
        self._mask = None if setup.mask is None else tf.constant(setup.mask)
        self._model = PtychographyModel(setup, self.rules)
        self._loss = Loss(setup, self.rules)
        functions = {**self._model.written(), **self._loss.terms}
        written = {name: located(function) for name, function in functions.items()}
        self.contract = contract_of(setup.scenario, layers(self._model.network.steps), sources=written)
        self.forward, self.loss_terms = self._model.stages_in_order, self._loss.terms
        self._training: Training | None = None
        self.set_weights(initial_weights(setup.scenario, setup.intensity_scale))
        size, positions = setup.scenario.dataset.N, setup.scenario.grouping.gridsize**2
        amplitude = tf.TensorSpec((None, size, size, positions), tf.float64)
        relative = tf.TensorSpec((None, 1, 2, positions), tf.float64)
        self._compiled_stages = tf.function(self._stages, input_signature=[amplitude, relative], autograph=False)
        self._compiled_gradients = tf.function(self._gradients, input_signature=[amplitude, relative], autograph=False)
        self._compiled_losses = tf.function(self._losses, input_signature=[amplitude, relative], autograph=False)
        self._compiled_patches = tf.function(self._patches, input_signature=[amplitude, relative], autograph=False)

    def weights(self) -> Weights:
        """Every array of the contract, by canonical name, in canonical layout, float64."""
        return weights.read(self._model)

    def set_weights(self, values: Weights) -> None:
        """Load all weights; HarnessError for a missing or unknown name or another shape."""
        self.contract.check(values)
        weights.write(self._model, values)

    def stages(self, batch: Batch) -> dict[str, Array]:
        """Forward pass of one batch: every named stage, contract layout, working precision."""
        stages = self._compiled_stages(batch.amplitude, batch.relative)
        return {name: stage.numpy() for name, stage in stages.items()}

    def stage(self, name: str, known: Mapping[str, Array], batch: Batch) -> Array:
        """One stage of a batch, computed from the stages before it as they are given."""
        relative = _relative(tf.constant(batch.relative))
        stages: Stages = self._model(self._inputs(batch.amplitude), relative, until=name, known=_in_own_layout(known))
        found: Array = _in_contract_layout(name, stages[name]).numpy()
        return found

    def losses(self, batch: Batch) -> dict[str, float]:
        """`loss` and each of its terms for one batch, with the values that training minimises."""
        return {name: float(term) for name, term in self._compiled_losses(batch.amplitude, batch.relative).items()}

    def gradients(self, batch: Batch) -> dict[str, Array | None]:
        """Gradient of `loss` for every trainable weight; None for one that it does not depend on."""
        names = weights.trainable(self._model)
        found = self._compiled_gradients(batch.amplitude, batch.relative)
        return {name: found[name].numpy().astype("float64") if name in found else None for name in names}

    def slope(self, known: Mapping[str, Array], batch: Batch) -> dict[str, Array]:
        """Gradient of `loss` for each stage that its terms take, at the values in `known`."""
        given = {name: tf.constant(stage) for name, stage in _in_own_layout(known).items()}
        with tf.GradientTape() as tape:
            tape.watch(given)
            loss = self._loss({"measured": self._inputs(batch.amplitude), **given})["loss"]
        found = {name: slope for name, slope in tape.gradient(loss, given).items() if slope is not None}
        return {name: _in_contract_layout(name, slope).numpy() for name, slope in found.items()}

    def train(self, batches: BatchSource, report: Callable[[EpochReport], None]) -> None:
        """Train on the batches in their order; calls `report` after every epoch."""
        self._training_of(batches).fit(batches, report)

    def resume(
        self, optimiser: Weights, step: int, batches: BatchSource, report: Callable[[EpochReport], None]
    ) -> None:
        """Go on with a training after `step` steps, with Adam's moments as they were then."""
        training = self._training_of(batches)
        weights.restore(self._model, training.optimizer, optimiser, step)
        training.go_on(batches, report, step)

    def _training_of(self, batches: BatchSource) -> Training:
        """The compiled step for these batches, the last one if it fits."""
        if self._training is None or not self._training.accepts(batches):
            self._training = Training(self._model, self._losses, self._scenario.optimiser, batches, self.rules)
        return self._training

    def optimiser_state(self) -> Weights:
        """Both moments of every trained weight, `<weight>.first_moment` and `<weight>.second_moment`."""
        if self._training is None:
            raise HarnessError("tensorflow: there is no optimiser yet; train first.")
        return weights.moments(self._model, self._training.optimizer)

    def predict(self, batch: Batch) -> Array:
        """(B, N, N, C) complex: predicted object patches, before any merge."""
        patches: Array = self._compiled_patches(batch.amplitude, batch.relative).numpy()
        return patches

    def stitch(self, patches: Array, positions: Array, weight: Array, size: int) -> tuple[Array, Array]:
        """Stitch patches (K, M, M) on a canvas, in float64 whatever the working precision."""
        return stitching.stitch(patches, positions, weight, size)

    def facts(self) -> JsonObject:
        """Versions, device, threads, determinism, precision and number of parameters."""
        return {**device.facts(), "precision": self._precision, "parameters": self._model.count_params()}

    def _inputs(self, amplitude: tf.Tensor) -> tf.Tensor:
        """The measured amplitude in the port's layout and precision; 0 where a pixel does not count."""
        measured = _positions_first(tf.cast(amplitude, self._precision))
        return measured if self._mask is None else tf.where(self._mask, measured, 0)

    def _forward(self, amplitude: tf.Tensor, relative: tf.Tensor, until: str | None = None) -> Stages:
        stages: Stages = self._model(self._inputs(amplitude), _relative(relative), until=until)
        return stages

    def _stages(self, amplitude: tf.Tensor, relative: tf.Tensor) -> dict[str, tf.Tensor]:
        stages = self._forward(amplitude, relative)
        names = [stage.name for stage in self.contract.stages]
        return {name: _in_contract_layout(name, stages[name]) for name in names}

    def _losses(self, amplitude: tf.Tensor, relative: tf.Tensor) -> dict[str, tf.Tensor]:
        return self._loss(self._forward(amplitude, relative))

    def _gradients(self, amplitude: tf.Tensor, relative: tf.Tensor) -> dict[str, tf.Tensor]:
        trained = weights.trainable(self._model)
        with tf.GradientTape() as tape:
            loss = self._losses(amplitude, relative)["loss"]
        found = tape.gradient(loss, [variable.value for variable in trained.values()])
        return {name: gradient for name, gradient in zip(trained, found, strict=True) if gradient is not None}

    def _patches(self, amplitude: tf.Tensor, relative: tf.Tensor) -> tf.Tensor:
        name = "object_patches"
        return _in_contract_layout(name, self._forward(amplitude, relative, name)[name])


create = TensorFlowPort


def _channels_last(name: str) -> bool:
    """Whether the model itself keeps a stage with channels last, as Keras' layers of the encoder do."""
    return name.startswith("encoder.")


def _in_own_layout(stages: Mapping[str, Array]) -> dict[str, tf.Tensor]:
    return {name: array if _channels_last(name) else _positions_first(array) for name, array in stages.items()}


def _in_contract_layout(name: str, images: tf.Tensor) -> tf.Tensor:
    return images if _channels_last(name) else tf.transpose(images, (0, 2, 3, 1))


def _positions_first(images: tf.Tensor) -> tf.Tensor:
    return tf.transpose(images, (0, 3, 1, 2))


def _relative(relative: tf.Tensor) -> tf.Tensor:
    """Reorder relative offsets (B, 1, 2, C) to (B, C, 2)."""
    return tf.transpose(relative[:, 0], (0, 2, 1))
