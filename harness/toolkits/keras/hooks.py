"""A forward pass of a Keras model as it is watched: every layer without layers of its own, and every operation."""

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import keras

from harness.errors import HarnessError
from harness.toolkits.keras.layers import describe
from harness.toolkits.layers import Layer
from harness.toolkits.taps import Passed, Tap
from harness.toolkits.trace import Trace


def leaves(model: keras.Model) -> dict[str, Any]:
    """Layers without layers of their own, and operations of functional models, by name, in the order of the model.

    A functional model is walked from its outputs, one output after the other, an operation behind what it takes: its
    own order interleaves the arms of a network that has two.
    """
    if isinstance(model, keras.Model) and hasattr(model, "operations"):
        operations = depth_first(model)
    else:
        operations = list(model.layers)
    found: dict[str, Any] = {}
    for operation in operations:
        found |= _inside(operation)
    return found


def _inside(operation: Any) -> dict[str, Any]:
    within = (
        list(operation._flatten_layers(include_self=False, recursive=False))
        if hasattr(operation, "_flatten_layers")
        else []
    )
    if not within:
        return {operation.name: operation}
    if hasattr(operation, "operations"):
        return {f"{operation.name}.{name}": leaf for name, leaf in leaves(operation).items()}
    return {f"{operation.name}.{name}": leaf for layer in within for name, leaf in _inside(layer).items()}


def depth_first(model: keras.Model) -> list[Any]:
    """The operations of a functional model, each behind those whose output it takes, an output at a time."""
    makers = {id(tensor): operation for operation in model.operations for tensor in _made_by(operation)}
    found: list[Any] = []

    def visit(operation: Any) -> None:
        if operation in found:
            return
        for tensor in _taken_by(operation):
            if id(tensor) in makers:
                visit(makers[id(tensor)])
        found.append(operation)

    for tensor in keras.tree.flatten(model.outputs):
        visit(makers[id(tensor)])
    return found


def _made_by(operation: Any) -> list[Any]:
    return [tensor for node in operation._inbound_nodes for tensor in node.output_tensors]


def _taken_by(operation: Any) -> list[Any]:
    return [tensor for node in operation._inbound_nodes for tensor in node.input_tensors]


@contextlib.contextmanager
def watched(model: keras.Model, trace: Trace, taps: dict[str, Tap]) -> Iterator[Trace]:
    """Watch what the model does meanwhile; everything is as before afterwards."""
    with contextlib.ExitStack() as undo:
        for name, leaf in leaves(model).items():
            undo.callback(_watch(name, leaf, trace))
        for name, tap in taps.items():
            undo.callback(tap.attach(name, trace, partial(_follow, model)))
        yield trace


def _watch(name: str, leaf: Any, trace: Trace) -> Callable[[], None]:
    def watching(plain: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        output = plain(*args, **kwargs)
        taken = args[0] if args else None
        if not hasattr(output, "shape"):
            return output
        shape = tuple(getattr(taken, "shape", ()))
        return trace.called(describe(name, leaf, shape, tuple(output.shape)), taken, output)

    return _around(leaf, watching)


def _follow(model: keras.Model, path: str, before: bool, passed: Passed) -> Callable[[], None]:
    """Follow what a layer takes, or what it returns."""
    layer = _layer_at(model, path)
    if before:
        return _around(layer, lambda plain, args, kwargs: plain(passed(args[0]), *args[1:], **kwargs))
    return _around(layer, lambda plain, args, kwargs: passed(plain(*args, **kwargs)))


def _layer_at(model: keras.Model, path: str) -> Any:
    found: Any = model
    for name in path.split("."):
        inside = getattr(found, "operations", None) or found._flatten_layers(include_self=False, recursive=False)
        found = next((layer for layer in inside if layer.name == name), None)
        if found is None:
            raise HarnessError(f"taps: the model has no layer {path}; it has {', '.join(leaves(model))}.")
    return found


def _around(layer: Any, replacement: Callable[[Callable[..., Any], Any, Any], Any]) -> Callable[[], None]:
    """Call `replacement(call, args, kwargs)` where the layer is called; returns what undoes it."""
    plain, own = layer.call, "call" in vars(layer)
    layer.call = lambda *args, **kwargs: replacement(plain, args, kwargs)

    def undo() -> None:
        if own:
            layer.call = plain
        else:
            del layer.call

    return undo


def unused(model: keras.Model, called: set[str]) -> list[Layer]:
    """Layers that no forward pass called."""
    return [describe(name, leaf, (), ()) for name, leaf in leaves(model).items() if name not in called]
