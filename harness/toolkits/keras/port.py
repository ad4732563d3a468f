"""`KerasPort`: a port of any `keras.Model`, its loss and its optimiser."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from harness.arrays import Array, Precision, Weights
from harness.errors import HarnessError
from harness.files import JsonObject
from harness.ports.protocol import Batch, BatchSource, EpochReport
from harness.toolkits.keras import device, optimisers
from harness.toolkits.keras.differentiation import compiled, gradients, mean, slopes, to_numpy, without_gradients
from harness.toolkits.keras.hooks import leaves, unused, watched
from harness.toolkits.keras.layers import DROPOUTS, other_tensor
from harness.toolkits.layers import Layer, Tensor
from harness.toolkits.port import ToolkitPort
from harness.toolkits.terms import LossTerm
from harness.toolkits.trace import Trace

COMPLEX: dict[Precision, str] = {"float32": "complex64", "float64": "complex128"}
REGULARISATION = "regularisation"
"""The term of what layers add to the loss by themselves."""


class KerasPort(ToolkitPort):
    """See `harness.toolkits.port.ToolkitPort`; the loss is called as `loss(target, output)`."""

    framework = "keras"
    optimisers = optimisers

    def _prepare(self) -> None:
        if keras.config.floatx() != self._setup.precision:
            raise HarnessError("keras: call `harness.toolkits.keras.device.prepare` before the model is built.")
        with without_gradients():
            self._call(self._tensors_of(self._fed(self._example())), training=False)
        if self.model.losses:
            self._terms[REGULARISATION] = LossTerm(lambda *_: sum(self.model.losses))
        self.optimiser.build(self.model.trainable_variables)
        self._fresh = [to_numpy(variable) for variable in self.optimiser.variables]
        self._compiled_step = compiled(self._step)

    def _run(self, inputs: Any, trace: Trace) -> Any:
        watching = contextlib.nullcontext() if trace.differentiated else without_gradients()
        with watching, watched(self.model, trace, self._taps):
            return self._call(self._tensors_of(inputs), training=False)

    def _call(self, inputs: tuple[Any, ...], training: bool) -> Any:
        """Call the model as it was made: a functional one takes several inputs as a list, another as arguments."""
        functional = isinstance(self.model, keras.Model) and hasattr(self.model, "operations")
        return (
            self.model(list(inputs), training=training)
            if functional and len(inputs) > 1
            else self.model(*inputs, training=training)
        )

    def _answered(self, inputs: tuple[Array, ...]) -> Any:
        """In the compiled graph, which may act otherwise than the layers that are called one by one."""
        output = self.model.predict_on_batch(inputs[0] if len(inputs) == 1 else list(inputs))
        return tuple(output) if isinstance(output, list) else output

    @contextlib.contextmanager
    def _counted_steps(self) -> Iterator[Callable[[], int]]:
        before = int(to_numpy(self.optimiser.iterations))
        yield lambda: int(to_numpy(self.optimiser.iterations)) - before

    def _after_training_pass(self, batch: Batch, look: Callable[[], Weights]) -> Weights:
        with without_gradients(), self._training_mode(random_layers=False, keeps_state=True):
            self._call(self._tensors_of(self._fed(batch)), training=True)
            return look()

    def _all_layers(self, trace: Trace) -> list[Layer]:
        called = {call.layer.name: call.layer for call in trace.calls}
        in_order = [
            layer for name in leaves(self.model) for layer in called.values() if layer.name.partition("#")[0] == name
        ]
        return [*in_order, *unused(self.model, set(called))]

    def _to_numpy(self, tensor: Any) -> Array:
        return to_numpy(tensor)

    def _to_tensor(self, array: Array) -> Any:
        kinds = {"f": self._setup.precision, "c": COMPLEX[self._setup.precision]}
        kind = kinds.get(array.dtype.kind)
        return keras.ops.convert_to_tensor(
            np.array(array, kind, order="C"), kind
        )  # Keras' own cast takes a tenth of a step

    def _image_out(self, array: Array) -> Array:
        return array

    def _image_back(self, array: Array) -> Array:
        return array

    def _write(self, variable: keras.Variable, array: Array) -> None:
        variable.assign(np.array(array, order="C"))  # a scalar stays one

    def _loss_values(self, batch: Batch) -> dict[str, float]:
        with without_gradients(), self._training_mode(random_layers=False, keeps_state=True):
            return {name: float(value) for name, value in self._evaluate(*self._batch(batch)).items()}

    def _loss_gradients(self, batch: Batch, variables: Sequence[keras.Variable]) -> list[Array | None]:
        inputs, targets = self._batch(batch)
        with self._training_mode(random_layers=False, keeps_state=True):
            _, found = gradients(lambda: self._evaluate(inputs, targets), variables)
        return [None if gradient is None else self._to_numpy(gradient) for gradient in found]

    def _loss_slopes(self, given: Mapping[str, Array], batch: Batch) -> list[Array | None]:
        targets = self._tensors_of(self._loss_targets(batch))

        def evaluate(tensors: Sequence[Any]) -> dict[str, Any]:
            return self._terms_at(targets, self._output_given(dict(zip(given, tensors, strict=True)), batch))

        found = slopes(evaluate, [*map(self._to_tensor, given.values())])
        return [None if slope is None else self._to_numpy(slope) for slope in found]

    def _fresh_optimiser(self) -> None:
        for variable, value in zip(self.optimiser.variables, self._fresh, strict=True):
            variable.assign(value)

    def _restore(self, kept: Sequence[tuple[keras.Variable, Weights]], step: int) -> None:
        optimisers.restore(self.optimiser, kept, step)

    def _train_from(self, step: int, batches: BatchSource, report: Callable[[EpochReport], None]) -> None:
        with self._training_mode(self._setup.random_layers, keeps_state=False):
            take = self._compiled_step
            for epoch in range(step // batches.steps_per_epoch, batches.epochs):
                first = epoch * batches.steps_per_epoch
                seen = [take(*self._batch(batches.batch(first + number))) for number in range(batches.steps_per_epoch)]
                means = {name: float(np.mean([float(values[name]) for values in seen])) for name in seen[0]}
                rate = float(self.optimiser.learning_rate)
                report(EpochReport(epoch + 1, first + len(seen), {**means, "learning_rate": rate}))
            self.optimiser.finalize_variable_values(self.model.trainable_variables)  # an average takes their place

    def facts(self) -> JsonObject:
        """Versions, device, threads, determinism, precision and number of parameters."""
        parameters = self.model.count_params()
        return {**device.facts(self._setup.device), "precision": self._setup.precision, "parameters": parameters}

    def _step(self, inputs: Any, targets: Any) -> dict[str, Any]:
        variables = self.model.trainable_variables
        values, found = gradients(lambda: self._evaluate(inputs, targets), variables)
        with without_gradients():
            self.optimiser.apply_gradients(
                [
                    (self.optimiser.scale_loss(gradient), variable)  # as `Model.fit`: the optimiser divides it out
                    for gradient, variable in zip(found, variables, strict=True)
                    if gradient is not None
                ]
            )
        return {name: value.detach() if hasattr(value, "detach") else value for name, value in values.items()}

    def _evaluate(self, inputs: Any, targets: Any) -> dict[str, Any]:
        return self._terms_at(targets, self._call(inputs, training=True))

    def _terms_at(self, targets: Any, output: Any) -> dict[str, Any]:
        values = {name: mean(term.function(targets, output)) for name, term in self._terms.items()}
        return self._with_sum(values)

    def _batch(self, batch: Batch) -> tuple[Any, Any]:
        return self._tensors_of(self._fed(batch)), self._tensors_of(self._loss_targets(batch))

    @contextlib.contextmanager
    def _training_mode(self, random_layers: bool, keeps_state: bool) -> Iterator[None]:
        """Without dropout where both sides must agree, without new running statistics where nothing may change."""
        state = (
            [(variable, self._to_numpy(variable)) for variable in self.model.non_trainable_variables]
            if keeps_state
            else []
        )
        random = (
            [leaf for leaf in leaves(self.model).values() if isinstance(leaf, DROPOUTS)] if not random_layers else []
        )
        settings = [(leaf, "stddev" if hasattr(leaf, "stddev") else "rate") for leaf in random]
        before = [getattr(leaf, name) for leaf, name in settings]
        for leaf, name in settings:
            setattr(leaf, name, 0)
        try:
            yield
        finally:
            for (leaf, name), value in zip(settings, before, strict=True):
                setattr(leaf, name, value)
            for variable, value in state:
                variable.assign(value)

    def _hidden_tensor(self, variable: keras.Variable) -> Tensor:
        return other_tensor("hidden", variable)
