"""What the ports of both toolkits share: everything that follows from layers, a trace and a loss, in no framework.

What a framework does itself stands in `harness.toolkits.torch.port` and `harness.toolkits.keras.port`.
"""

import re
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from harness.arrays import Array, Weights, in_precision, same, widened
from harness.errors import HarnessError
from harness.files import JsonObject
from harness.ports.contract import Contract, Scale, Term, Value
from harness.ports.feed import read_only
from harness.ports.protocol import FIT, MASK, OUTPUTS, RESUME, SEEN, SHARED_WEIGHTS, Batch, Setup
from harness.ports.seen import Seen
from harness.toolkits import statement
from harness.toolkits.layers import Layer, Tensor
from harness.toolkits.taps import Place, Tap
from harness.toolkits.terms import Loss, LossTerm, terms_of
from harness.toolkits.trace import Site, Trace, sites
from harness.toolkits.training import Training

Feed = Callable[[Batch], Any]
"""From a batch to NumPy arrays in the framework's own layout, one or a tuple of several."""
CAPABILITIES = frozenset(
    {SHARED_WEIGHTS, OUTPUTS, "stages", "stage", "losses", "gradients", "slope", "train", "optimiser_state"}
)


class ToolkitPort(Training):
    """One model of a user, behind the harness's protocol (see `harness.ports.protocol.Port`)."""

    def __init__(
        self,
        model: Any,
        *,
        loss: Loss | Mapping[str, Loss | tuple[Loss, float]],
        optimiser: Any,
        inputs: Feed | None = None,
        targets: Feed | None = None,
        patches: Callable[[Any], Array] | None = None,
        hidden: Mapping[str, Any] | None = None,
        ignored: Sequence[str] = (),
        taps: Mapping[str, Place] | None = None,
        slope_at: str | None = None,
        scale: str | None = None,
        options: Mapping[str, Value] | None = None,
        seen: Seen | None = None,
        fit: Callable[[Path, Path], Mapping[str, Sequence[float]]] | None = None,
        masked: bool = False,
    ) -> None:
        """Take what the user has; nothing is computed before `bind`.

        Args:
            model: the framework's model.
            loss: a function as the framework's own losses are called, or several by name, each alone or as a pair
                (function, factor).
            optimiser: the framework's optimiser of the model's parameters.
            inputs: what the model takes; the normalised amplitude where it is left out.
            targets: what the loss takes beside the model's output; the normalised amplitude where it is left out.
            patches: from the model's output, in NumPy and in the framework's layout, to complex object patches
                (B, N, N, C); without it the port predicts nothing.
            hidden: weights that are expected to train and that no layer of the model holds, by name.
            ignored: patterns (regular expressions) of layers and weights that are left out; the report names them.
            taps: places in the user's code that are stages beside the layers, by the name of the stage; see `Tap`.
            slope_at: the tap at which the slope of the loss is measured; the model's outputs where it is left out.
            scale: name of the weight whose exponential is the intensity scale.
            options: what else was chosen, to be held against the other side's.
            seen: what the user's own workflow was about to train with, where it was stopped.
            fit: trains the model by a loop of the user's own: from the NPZ of the patterns for training and an empty
                folder to the values of every metric by epoch, `loss` among them, as in Keras' `History.history`.
            masked: whether inputs and loss leave out the pixels that do not count (`setup.mask`), as masked data needs.

        Raises:
            HarnessError: the loss is no function and no mapping of functions.
        """
        self.model, self.optimiser = model, optimiser
        self._terms: dict[str, LossTerm] = terms_of(loss)
        self._inputs, self._targets, self._patches = inputs, targets, patches
        self._hidden, self._ignored = dict(hidden or {}), tuple(ignored)
        self._taps = {name: Tap(where) for name, where in (taps or {}).items()}
        self._slope_at = slope_at
        self._scale, self._options = scale, dict(options or {})
        self._seen, self._fit = seen, fit
        given = {"predict": patches, SEEN: seen, FIT: fit, MASK: masked or None}
        self.capabilities = CAPABILITIES | {name for name, value in given.items() if value is not None}

    def bind(self, setup: Setup) -> None:
        """Become the port of a setup: its precision and device, a contract from one pass of an example."""
        self._setup, self._channels = setup, setup.scenario.grouping.gridsize**2
        self._prepare()
        trace = self._pass(self._example(), None)
        self._sites: list[Site] = [site for site in sites(trace.calls) if not self._left_out(site.stage)]
        self._layers = self._all_layers(trace)
        self._tensors = self._with_constants(self._named_tensors())
        self.contract = self._contract(trace)
        if self.optimisers.is_told_whole(self.optimiser):
            self.capabilities |= {RESUME}

    # What a framework does.

    @abstractmethod
    def _prepare(self) -> None:
        """Bring the model to the precision and the device of the setup, and make the process repeatable."""

    @abstractmethod
    def _run(self, inputs: Any, trace: Trace) -> Any:
        """One forward pass in inference mode, watched by the trace; returns the outputs as the model gives them."""

    @abstractmethod
    def _after_training_pass(self, batch: Batch, look: Callable[[], Weights]) -> Weights:
        """What `look` finds when the model was called as training calls it; everything is as before afterwards."""

    @abstractmethod
    def _all_layers(self, trace: Trace) -> list[Layer]:
        """Every layer in the order of the computation, then those that were not called."""

    @abstractmethod
    def _to_numpy(self, tensor: Any) -> Array:
        """The values of a tensor, in the framework's layout."""

    @abstractmethod
    def _to_tensor(self, array: Array) -> Any:
        """A tensor of the port's precision and device, never on the array's own memory; complex stays complex."""

    @abstractmethod
    def _image_out(self, array: Array) -> Array:
        """Channels last of an array in the framework's layout."""

    @abstractmethod
    def _image_back(self, array: Array) -> Array:
        """The framework's layout of an array with channels last."""

    @abstractmethod
    def _write(self, variable: Any, array: Array) -> None:
        """Set a variable, in the framework's layout."""

    @abstractmethod
    def _loss_values(self, batch: Batch) -> dict[str, float]:
        """Every term, and `loss`, as training sees them; changes nothing."""

    @abstractmethod
    def _loss_gradients(self, batch: Batch, variables: Sequence[Any]) -> list[Array | None]:
        """Gradient of `loss` for each variable, in the framework's layout; changes nothing."""

    @abstractmethod
    def _loss_slopes(self, given: Mapping[str, Array], batch: Batch) -> list[Array | None]:
        """Gradient of `loss` for each given output of a call, at these values, in the framework's layout."""

    @abstractmethod
    def facts(self) -> JsonObject:
        """Versions, device, threads, number of parameters."""

    # What follows from it.

    def weights(self) -> Weights:
        """Every array of the contract, by name, in canonical layout, float64; complex ones complex128."""
        return {
            name: widened(tensor.layout.out(self._to_numpy(tensor.variable))) for name, tensor in self._tensors.items()
        }

    def set_weights(self, weights: Weights) -> None:
        """Load all weights but constants, and read them back.

        Raises HarnessError for a name, a shape, or a value that did not arrive.
        """
        self.contract.check(weights)
        written = {name: tensor for name, tensor in self._tensors.items() if tensor.kind != "constant"}
        for name, tensor in written.items():
            self._write(tensor.variable, tensor.layout.back(weights[name]))
        held, precision = self.weights(), self._setup.precision
        lost = [name for name in written if not same(held[name], in_precision(weights[name], precision))]
        if lost:
            raise HarnessError(
                f"{self.framework}: {', '.join(lost[:3])} did not take the values that were set; something in the "
                "model holds a copy, constrains or rounds them."
            )

    def stages(self, batch: Batch) -> dict[str, Array]:
        """Every stage of one forward pass in inference mode."""
        return self._stage_arrays(self._pass(batch, None))

    def stage(self, name: str, known: Mapping[str, Array], batch: Batch) -> Array:
        """One stage, computed from the stages before it as they are given in `known`."""
        given: dict[str, Any] = {}
        for site in self._sites:
            if site.stage == name:
                break
            if site.stage in known:
                given[site.call] = self._to_tensor(self._stage_back(site, known[site.stage]))
        return self._stage_arrays(self._pass(batch, given))[name]

    def losses(self, batch: Batch) -> dict[str, float]:
        """`loss` and each of its terms for one batch."""
        return self._loss_values(batch)

    def gradients(self, batch: Batch) -> dict[str, Array | None]:
        """Gradient of `loss` for every trained weight; None for one that it does not depend on."""
        trained = {name: tensor for name, tensor in self._tensors.items() if tensor.trained}
        found = self._loss_gradients(batch, [tensor.variable for tensor in trained.values()])
        return {
            name: None if gradient is None else widened(tensor.layout.out(gradient))
            for (name, tensor), gradient in zip(trained.items(), found, strict=True)
        }

    def slope(self, known: Mapping[str, Array], batch: Batch) -> dict[str, Array]:
        """Gradient of `loss` for each output of the model, or for the tap `slope_at`, at its values in `known`."""
        taken = [site for site in self._sites if self._has_slope(site)]
        if missing := [site.stage for site in taken if site.stage not in known]:
            raise HarnessError(f"{self.framework}: no value is given for {', '.join(missing)}, which the loss takes.")
        given = {site.call: self._stage_back(site, known[site.stage]) for site in taken}
        found = self._loss_slopes(given, batch)
        return {
            site.stage: self._stage_out(site, slope)
            for site, slope in zip(taken, found, strict=True)
            if slope is not None
        }

    def _has_slope(self, site: Site) -> bool:
        return site.layer.kind == "output" if self._slope_at is None else site.stage == self._slope_at

    def _output_given(self, tensors: Mapping[str, Any], batch: Batch) -> Any:
        """What the loss takes of the model, where some calls return these tensors instead."""
        outputs = [site.call for site in self._sites if site.layer.kind == "output"]
        if all(call in tensors for call in outputs):
            return self._as_output([tensors[call] for call in outputs])
        return self._run(self._fed(batch), Trace(tensors, differentiated=True))

    def outputs(self, batch: Batch) -> dict[str, Array]:
        """Every output of the model, by the name of its stage, as inference computes it."""
        answer, sites = self._answered(self._fed(batch)), [site for site in self._sites if site.layer.kind == "output"]
        return dict(zip([site.stage for site in sites], answer if len(sites) > 1 else (answer,), strict=True))

    def predict(self, batch: Batch) -> Array:
        """(B, N, N, C) complex: predicted object patches."""
        assert self._patches is not None
        return np.asarray(self._patches(self._answered(self._fed(batch))))

    def _answered(self, inputs: tuple[Array, ...]) -> Any:
        """The outputs for some inputs in NumPy, in inference mode, as a user asks the model for them."""
        output = self._run(inputs, Trace())
        return tuple(map(self._to_numpy, output)) if isinstance(output, tuple | list) else self._to_numpy(output)

    def seen(self) -> Seen:
        """What the user gave as seen at the front door."""
        assert self._seen is not None
        return self._seen

    def stitch(self, *_: Any) -> tuple[Array, Array]:
        """A toolkit stitches nothing: the port does not announce it, and the harness places its patches."""
        raise HarnessError(f"{self.framework}: this port does not stitch.")

    def _fed(self, batch: Batch) -> tuple[Array, ...]:
        """What the model takes."""
        inputs = self._amplitude(batch) if self._inputs is None else self._inputs(read_only(batch))
        return inputs if isinstance(inputs, tuple) else (inputs,)

    def _loss_targets(self, batch: Batch) -> Any:
        """What the loss takes beside the model's output."""
        return self._amplitude(batch) if self._targets is None else self._targets(read_only(batch))

    def _tensors_of(self, arrays: Any) -> Any:
        return tuple(map(self._to_tensor, arrays)) if isinstance(arrays, tuple) else self._to_tensor(arrays)

    @staticmethod
    def _as_output(tensors: Sequence[Any]) -> Any:
        """What the loss takes of a model: its output, or a tuple of several."""
        return tensors[0] if len(tensors) == 1 else tuple(tensors)

    def _with_sum(self, values: dict[str, Any]) -> dict[str, Any]:
        """`loss`, the weighted sum of the terms, before the terms that have a factor."""
        loss = sum(term.factor * values[name] for name, term in self._terms.items())
        return {"loss": loss, **{name: values[name] for name, term in self._terms.items() if term.factor}}

    def _amplitude(self, batch: Batch) -> Array:
        return self._image_back(batch.amplitude / self._setup.intensity_scale)

    def _example(self) -> Batch:
        """A batch of the scenario's shape, by which the model is traced."""
        size, channels = self._setup.scenario.dataset.N, self._setup.scenario.grouping.gridsize**2
        shape = (2, size, size, channels)
        values = np.random.default_rng(0).random(shape)
        return Batch(values * self._setup.intensity_scale, np.zeros((2, 1, 2, channels)), values * np.exp(1j * values))

    def _pass(self, batch: Batch, given: Mapping[str, Any] | None) -> Trace:
        trace = Trace(given or {}, keep=self._to_numpy)
        outputs = self._run(self._fed(batch), trace)
        several = outputs if isinstance(outputs, tuple | list) else (outputs,)
        for number, output in enumerate(several):
            name = "output" if len(several) == 1 else f"output_{number + 1}"
            trace.called(Layer(name, "output"), None, output)
        return trace

    def _stage_arrays(self, trace: Trace) -> dict[str, Array]:
        outputs = trace.outputs()
        return {site.stage: self._stage_out(site, outputs[site.call]) for site in self._sites if site.call in outputs}

    def _stage_out(self, site: Site, array: Array) -> Array:
        """Canonical layout of what a call returned: channels last, or as the tap says."""
        tap = self._taps.get(site.stage)
        return self._image_out(array) if tap is None or not tap.layout else tap.out(array, self._channels)

    def _stage_back(self, site: Site, array: Array) -> Array:
        """The layout in which a call returns its stage."""
        tap = self._taps.get(site.stage)
        return self._image_back(array) if tap is None or not tap.layout else tap.back(array, self._channels)

    def _left_out(self, name: str) -> bool:
        return any(re.search(pattern, name) for pattern in self._ignored)

    def _named_tensors(self) -> dict[str, Tensor]:
        named = {
            f"{layer.name}.{tensor.role}".lstrip("."): tensor for layer in self._layers for tensor in layer.tensors
        }
        named |= {name: self._hidden_tensor(variable) for name, variable in self._hidden.items()}
        return {
            name: tensor
            for name, tensor in named.items()
            if 0 not in tensor.layout.canonical and not self._left_out(name)
        }

    def _with_constants(self, named: dict[str, Tensor]) -> dict[str, Tensor]:
        """What is not trained and a pass of training leaves as it is, is a constant: a kernel, a frozen weight."""
        fixed = {name: tensor.variable for name, tensor in named.items() if not tensor.trained}
        if not fixed:
            return named

        def look() -> Weights:
            return {name: self._to_numpy(variable) for name, variable in fixed.items()}

        before, after = look(), self._after_training_pass(self._example(), look)
        kept = {name for name in fixed if np.array_equal(before[name], after[name], equal_nan=True)}
        return {name: replace(tensor, kind="constant") if name in kept else tensor for name, tensor in named.items()}

    @abstractmethod
    def _hidden_tensor(self, variable: Any) -> Tensor:
        """A weight that no layer holds."""

    def _contract(self, trace: Trace) -> Contract:
        arrays = self._stage_arrays(trace)
        stated = [layer for layer in self._layers if not self._left_out(layer.name)]
        return Contract(
            network="stated",
            weights=statement.weights(self._tensors),
            stages=tuple(statement.stage(site, arrays[site.stage]) for site in self._sites),
            losses=tuple(Term(name=name, weight=term.factor) for name, term in self._terms.items() if term.factor),
            optimiser_state=self.optimisers.slots(self.optimiser),
            scale=None
            if self._scale is None
            else Scale(weight=self._scale, trained=self._tensors[self._scale].trained),
            region=self._setup.scenario.dataset.N,
            options={**self.optimisers.options(self.optimiser), **self._options, "ignored": ", ".join(self._ignored)}
            | statement.alike(self._tensors, self._to_numpy),
            layers=statement.layers(stated, self._sites, trace.calls),
        )
