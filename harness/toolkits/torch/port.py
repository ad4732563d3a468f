"""`TorchPort`: a port of any `torch.nn.Module`, its loss and its optimiser."""

import contextlib
import copy
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from harness.arrays import Array, Weights
from harness.files import JsonObject
from harness.ports.protocol import Batch, BatchSource, EpochReport
from harness.toolkits.layers import Layer, Tensor
from harness.toolkits.port import ToolkitPort
from harness.toolkits.torch import optimisers
from harness.toolkits.torch.device import DTYPES, device_facts, prepare
from harness.toolkits.torch.hooks import WithoutDropout, watched
from harness.toolkits.torch.layers import describe_unused, other_tensor
from harness.toolkits.trace import Trace

COMPLEX = {torch.float32: torch.complex64, torch.float64: torch.complex128}


class TorchPort(ToolkitPort):
    """See `harness.toolkits.port.ToolkitPort`; the loss is called as `loss(output, target)`."""

    framework = "torch"
    optimisers = optimisers

    def __init__(self, model: nn.Module, *, schedule: Any = None, **user: Any) -> None:
        """Take what the user has.

        Args:
            model: the module.
            schedule: a scheduler of the learning rate that is stepped after every step.
            user: the arguments of `ToolkitPort`.
        """
        super().__init__(model, **user)
        self._schedule = schedule

    def _prepare(self) -> None:
        self._device = prepare(self._setup.device)
        self._dtype = DTYPES[self._setup.precision]
        self.model._apply(self._converted)  # `to` would drop the imaginary part of complex weights
        self._fresh = copy.deepcopy(self.optimiser.state_dict())
        self._fresh_schedule = copy.deepcopy(self._schedule.state_dict()) if self._schedule is not None else None

    def _converted(self, tensor: torch.Tensor) -> torch.Tensor:
        if tensor.is_complex():
            return tensor.to(self._device, COMPLEX[self._dtype])
        return tensor.to(self._device, self._dtype) if tensor.is_floating_point() else tensor.to(self._device)

    def _run(self, inputs: Any, trace: Trace) -> Any:
        self.model.eval()
        with torch.set_grad_enabled(trace.differentiated), watched(self.model, trace, self._taps):
            return self.model(*self._tensors_of(inputs))

    @torch.no_grad()
    def _after_training_pass(self, batch: Batch, look: Callable[[], Weights]) -> Weights:
        with self._training_mode(random_layers=False, keeps_state=True):
            self.model(*self._tensors_of(self._fed(batch)))
            return look()

    def _all_layers(self, trace: Trace) -> list[Layer]:
        called = {call.layer.name: call.layer for call in trace.calls if call.layer.kind != "tap"}
        return [*called.values(), *describe_unused(self.model, set(called))]

    def _to_numpy(self, tensor: Any) -> Array:
        if not isinstance(tensor, torch.Tensor):
            return np.asarray(tensor)
        return np.array(tensor.detach().cpu().resolve_conj().resolve_neg().numpy())

    def _to_tensor(self, array: Array) -> torch.Tensor:
        # A copy, because an axis of length 1 keeps odd strides where a view passes for contiguous: PyTorch takes images
        # of one channel for channels last then, and its normalisation of those adds up in float32 (1e-5, not 1e-7).
        return self._converted(torch.from_numpy(np.array(array, order="C")))

    def _image_out(self, array: Array) -> Array:
        return np.moveaxis(array, 1, -1) if array.ndim > 2 else array

    def _image_back(self, array: Array) -> Array:
        return np.moveaxis(array, -1, 1) if array.ndim > 2 else array

    @torch.no_grad()
    def _write(self, variable: torch.Tensor, array: Array) -> None:
        variable.copy_(torch.from_numpy(np.array(array, order="C")).to(variable.dtype))  # a scalar stays one

    def _loss_values(self, batch: Batch) -> dict[str, float]:
        with torch.no_grad(), self._training_mode(random_layers=False, keeps_state=True):
            return {name: float(value) for name, value in self._evaluate(batch).items()}

    def _loss_gradients(self, batch: Batch, variables: Sequence[torch.Tensor]) -> list[Array | None]:
        with self._training_mode(random_layers=False, keeps_state=True):
            found = torch.autograd.grad(self._evaluate(batch)["loss"], list(variables), allow_unused=True)
        return [None if gradient is None else self._to_numpy(gradient) for gradient in found]

    def _loss_slopes(self, given: Mapping[str, Array], batch: Batch) -> list[Array | None]:
        tensors = {call: self._to_tensor(array).requires_grad_() for call, array in given.items()}
        loss = self._terms_at(self._output_given(tensors, batch), batch)["loss"]
        if not loss.requires_grad:
            return [None for _ in tensors]
        found = torch.autograd.grad(loss, list(tensors.values()), allow_unused=True)
        return [None if slope is None else self._to_numpy(slope) for slope in found]

    def _fresh_optimiser(self) -> None:
        self.optimiser.load_state_dict(copy.deepcopy(self._fresh))
        if self._schedule is not None:
            self._schedule.load_state_dict(copy.deepcopy(self._fresh_schedule))

    def _restore(self, kept: Sequence[tuple[torch.Tensor, Weights]], step: int) -> None:
        optimisers.restore(self.optimiser, kept, step)
        with warnings.catch_warnings():  # the steps of the optimiser were taken before
            warnings.filterwarnings("ignore", "Detected call of `lr_scheduler.step", UserWarning)
            for _ in range(step if self._schedule is not None else 0):
                self._schedule.step()

    def _train_from(self, step: int, batches: BatchSource, report: Callable[[EpochReport], None]) -> None:
        with self._training_mode(self._setup.random_layers, keeps_state=False):
            for epoch in range(step // batches.steps_per_epoch, batches.epochs):
                first = epoch * batches.steps_per_epoch
                seen = [self._step(batches.batch(first + place)) for place in range(batches.steps_per_epoch)]
                rate = float(self.optimiser.param_groups[0]["lr"])
                means = {name: float(np.mean([values[name] for values in seen])) for name in seen[0]}
                report(EpochReport(epoch + 1, first + len(seen), {**means, "learning_rate": rate}))

    @contextlib.contextmanager
    def _counted_steps(self) -> Iterator[Callable[[], int]]:
        taken: list[None] = []
        hook = self.optimiser.register_step_post_hook(lambda *_: taken.append(None))
        try:
            yield lambda: len(taken)
        finally:
            hook.remove()

    def facts(self) -> JsonObject:
        """Versions, device, threads, determinism, precision and number of parameters."""
        parameters = sum(parameter.numel() for parameter in self.model.parameters())
        return {**device_facts(self._device), "precision": self._setup.precision, "parameters": parameters}

    def _step(self, batch: Batch) -> dict[str, float]:
        self.optimiser.zero_grad()
        values = self._evaluate(batch)
        torch.autograd.backward(values["loss"])
        self.optimiser.step()
        if self._schedule is not None:
            self._schedule.step()
        return {name: float(value.detach()) for name, value in values.items()}

    def _evaluate(self, batch: Batch) -> dict[str, torch.Tensor]:
        return self._terms_at(self.model(*self._tensors_of(self._fed(batch))), batch)

    def _terms_at(self, output: Any, batch: Batch) -> dict[str, torch.Tensor]:
        target = self._tensors_of(self._loss_targets(batch))
        values = {name: term.function(output, target) for name, term in self._terms.items()}
        return self._with_sum(values)

    @contextlib.contextmanager
    def _training_mode(self, random_layers: bool, keeps_state: bool) -> Iterator[None]:
        """Train mode meanwhile.

        `random_layers`: with dropout, which cannot act where both sides must agree; `keeps_state`: the running
        statistics are put back afterwards.
        """
        self.model.train()
        buffers = {name: buffer.clone() for name, buffer in self.model.named_buffers()} if keeps_state else {}
        try:
            with contextlib.nullcontext() if random_layers else WithoutDropout():
                yield
        finally:
            with torch.no_grad():
                for name, buffer in self.model.named_buffers():
                    if name in buffers:
                        buffer.copy_(buffers[name])
            self.model.eval()

    def _hidden_tensor(self, variable: torch.Tensor) -> Tensor:
        return other_tensor("hidden", variable, variable.requires_grad)
