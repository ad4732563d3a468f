"""A forward pass of a PyTorch model as it is watched: every module, and every function that no module calls."""

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from harness.errors import HarnessError
from harness.toolkits.layers import Attributes, Layer
from harness.toolkits.taps import Passed, Tap
from harness.toolkits.torch.layers import describe, padded_pixels, upsampling
from harness.toolkits.trace import Trace


def leaves(model: nn.Module) -> dict[str, nn.Module]:
    """The modules that hold no others, by their path in the model."""
    return {name: module for name, module in model.named_modules() if next(module.children(), None) is None}


def _activation(name: str) -> Callable[[Any], tuple[str, Attributes]]:
    return lambda _: ("activation", {"activation": name})


def _leaky(call: Any) -> tuple[str, Attributes]:
    slope = call.kwargs.get("negative_slope", call.args[1] if len(call.args) > 1 else 0.01)
    return "activation", {"activation": "leaky_relu", "negative_slope": slope}


def _gelu(call: Any) -> tuple[str, Attributes]:
    return "activation", {"activation": "gelu", "approximate": call.kwargs.get("approximate", "none") != "none"}


def _interpolate(call: Any) -> tuple[str, Attributes]:
    mode = call.kwargs.get("mode", call.args[3] if len(call.args) > 3 else "nearest")
    align = call.kwargs.get("align_corners", call.args[4] if len(call.args) > 4 else None)
    return "upsample", upsampling(mode, align, call.args[0].shape[2:], call.output.shape[2:])


def _pad(call: Any) -> tuple[str, Attributes]:
    pixels = call.kwargs.get("pad", call.args[1] if len(call.args) > 1 else ())
    return "pad", {"padding": padded_pixels(pixels)}


def _pool(kind: str) -> Callable[[Any], tuple[str, Attributes]]:
    """A pooling that is called as a function: its module of the same settings says what it does."""

    def described(call: Any) -> tuple[str, Attributes]:
        maker = nn.MaxPool2d if kind == "max_pool" else nn.AvgPool2d
        module = maker(*call.args[1:], **{name: value for name, value in call.kwargs.items() if name != "input"})
        return kind, describe("", module, tuple(call.args[0].shape), tuple(call.output.shape), None).attributes

    return described


def _plain(kind: str) -> Callable[[Any], tuple[str, Attributes]]:
    return lambda _: (kind, {})


FUNCTIONS: dict[Any, tuple[str, Callable[[Any], tuple[str, Attributes]]]] = {
    **{
        function: (name, _activation(name))
        for name, functions in {
            "relu": (functional.relu, torch.relu, torch.Tensor.relu),
            "sigmoid": (functional.sigmoid, torch.sigmoid, torch.Tensor.sigmoid),
            "tanh": (functional.tanh, torch.tanh, torch.Tensor.tanh),
            "silu": (functional.silu,),
            "softplus": (functional.softplus,),
        }.items()
        for function in functions
    },
    functional.leaky_relu: ("leaky_relu", _leaky),
    functional.gelu: ("gelu", _gelu),
    functional.interpolate: ("interpolate", _interpolate),
    functional.max_pool2d: ("max_pool2d", _pool("max_pool")),
    torch.max_pool2d: ("max_pool2d", _pool("max_pool")),
    functional.avg_pool2d: ("avg_pool2d", _pool("average_pool")),
    functional.pad: ("pad", _pad),
    torch.flatten: ("flatten", _plain("flatten")),
    torch.Tensor.flatten: ("flatten", _plain("flatten")),
    functional.dropout: ("dropout", _plain("dropout")),
}
"""Functions that are layers where a module or Keras has one: name of the call, and how it is described."""


class _Call:
    def __init__(self, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> None:
        self.args, self.kwargs, self.output = args, kwargs, output


class _Functions(TorchFunctionMode):
    """Tells a trace of the functions of the table that are called outside modules without children."""

    def __init__(self, watch: "Watch") -> None:
        super().__init__()
        self._watch = watch

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        output = func(*args, **kwargs)
        known = FUNCTIONS.get(func)
        if known is None or self._watch.inside or not isinstance(output, torch.Tensor):
            return output
        name, described = known
        kind, attributes = described(_Call(args, kwargs, output))
        return self._watch.trace.called(Layer(name, kind, attributes), args[0], output)


DROPOUTS = frozenset(
    {
        functional.dropout,
        functional.dropout1d,
        functional.dropout2d,
        functional.dropout3d,
        functional.alpha_dropout,
        functional.feature_alpha_dropout,
    }
)


class WithoutDropout(TorchFunctionMode):
    """Nothing is dropped meanwhile: by a function that the model calls, or by a module, which calls the same one."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        return (args[0] if args else kwargs["input"]) if func in DROPOUTS else func(*args, **kwargs)


class Watch:
    """One forward pass as a trace."""

    def __init__(self, trace: Trace) -> None:
        """Begin with nothing seen."""
        self.trace, self.inside = trace, 0

    def enter(self, *_: Any) -> None:
        """A module without children begins: the functions it calls are its own."""
        self.inside += 1

    def leave(self, name: str, module: nn.Module, inputs: tuple[Any, ...], output: Any) -> Any:
        """It ends: it was one call of the trace."""
        self.inside -= 1
        if not isinstance(output, torch.Tensor) or not inputs or not isinstance(inputs[0], torch.Tensor):
            return output
        taken = inputs[0]
        layer = describe(name, module, tuple(taken.shape), tuple(output.shape), self._image_before(taken))
        return self.trace.called(layer, taken, output)

    def _image_before(self, taken: torch.Tensor) -> tuple[int, ...] | None:
        """(C, H, W) of the last image of as many numbers, of an input that is flat."""
        if taken.ndim != 2:
            return None
        images = [call.output.shape[1:] for call in self.trace.calls if call.output.ndim > 2]
        last = images[-1] if images else None
        return tuple(last) if last is not None and last.numel() == taken.shape[1] else None


@contextlib.contextmanager
def watched(model: nn.Module, trace: Trace, taps: dict[str, Tap]) -> Iterator[Trace]:
    """Watch what the model does meanwhile; everything is as before afterwards."""
    watch = Watch(trace)
    with contextlib.ExitStack() as undo:
        for name, module in leaves(model).items():
            undo.callback(module.register_forward_pre_hook(watch.enter).remove)
            undo.callback(module.register_forward_hook(_leaving(watch, name)).remove)
        for name, tap in taps.items():
            undo.callback(tap.attach(name, trace, partial(_follow, model)))
        undo.enter_context(_Functions(watch))
        yield trace


def _leaving(watch: Watch, name: str) -> Callable[..., Any]:
    return lambda module, inputs, output: watch.leave(name, module, inputs, output)


def _follow(model: nn.Module, path: str, before: bool, passed: Passed) -> Callable[[], None]:
    """Follow what a module takes, or what it returns."""
    try:
        module = model.get_submodule(path)
    except AttributeError as error:
        raise HarnessError(f"taps: the model has no module {path}; it has {', '.join(leaves(model))}.") from error
    if before:
        return module.register_forward_pre_hook(lambda _, taken: (passed(taken[0]), *taken[1:])).remove
    return module.register_forward_hook(lambda *call: passed(call[-1])).remove
