"""Layers of any framework in one vocabulary: their kind, their attributes, and the layout of their weights.

Kinds and attributes carry the same name on both sides, so that two contracts can be held side by side; what one
framework says differently (padding `same`, momentum of what is kept or of what is new) is turned into one meaning.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from harness.arrays import Array
from harness.ports.contract import Kind, Value

Attributes = dict[str, Value]
LAYERS_WITHOUT_STAGE = frozenset({"dropout", "flatten", "identity", "input", "merge", "pad", "reshape"})
"""Kinds whose output says nothing that the next layer's does not."""


@dataclass(frozen=True)
class Layout:
    """How the array of a framework becomes the canonical one: seen in a shape, its axes permuted, seen in another."""

    shape: tuple[int, ...]
    """Shape in the framework."""
    seen: tuple[int, ...]
    """Shape in which the axes are permuted."""
    axes: tuple[int, ...]
    canonical: tuple[int, ...]
    """Shape of the canonical array."""

    def out(self, array: Array) -> Array:
        """The canonical array of one of the framework."""
        return np.asarray(array).reshape(self.seen).transpose(self.axes).reshape(self.canonical)

    def back(self, array: Array) -> Array:
        """The framework's array of a canonical one."""
        turned = [self.seen[axis] for axis in self.axes]
        return np.asarray(array).reshape(turned).transpose(np.argsort(self.axes)).reshape(self.shape)


def permuted(shape: Sequence[int], axes: Sequence[int]) -> Layout:
    """The layout of an array whose axes stand in another order: canonical axis i is the framework's `axes[i]`."""
    whole = tuple(shape)
    return Layout(whole, whole, tuple(axes), tuple(whole[axis] for axis in axes))


def same(shape: Sequence[int]) -> Layout:
    """The layout of an array that is canonical as it is."""
    return permuted(shape, range(len(shape)))


def after_flatten(outputs: int, image: Sequence[int]) -> Layout:
    """The layout of a dense kernel (out, channels * rows * columns) that follows a flattened image (C, H, W).

    The canonical kernel (rows * columns * channels, out) takes the image flattened channels last.
    """
    channels, *size = image
    inputs = channels * int(np.prod(size))
    axes = (*range(2, 2 + len(size)), 1, 0)
    return Layout((outputs, inputs), (outputs, channels, *size), axes, (inputs, outputs))


def depthwise(shape: Sequence[int], channels: int) -> Layout:
    """(rows, columns, channels, multiplier) of a depthwise kernel (channels * multiplier, 1, rows, columns)."""
    total, _, *size = shape
    seen = (channels, total // channels, *size)
    axes = (*range(2, 2 + len(size)), 0, 1)
    return Layout(tuple(shape), seen, axes, (*size, channels, total // channels))


@dataclass(frozen=True)
class Tensor:
    """One array that a layer holds."""

    role: str
    """`kernel`, `bias`, `gain`, `mean`, `variance`, or the framework's own name of another one."""
    kind: Kind
    trained: bool
    layout: Layout
    variable: Any
    """The framework's object."""
    start: float = 0.0
    """Value of every element before training, of what is not drawn."""


@dataclass(frozen=True)
class Layer:
    """One layer of a model."""

    name: str
    kind: str
    attributes: Attributes = field(default_factory=dict)
    tensors: tuple[Tensor, ...] = ()
    object: Any = None
    """The framework's object; None for a function that was called outside any layer."""


def effective_padding(size: int, kernel: int, stride: int, dilation: int, before: int, outputs: int) -> list[int]:
    """Pixels of padding [before, after] that a convolution or a pooling really uses along one axis.

    What is padded behind the last window touches nothing, so that (1, 1) of PyTorch and Keras' `same` are told apart
    by what they compute: with size 16, kernel 3, stride 2 the one uses [1, 0], the other [0, 1].

    Args:
        size: pixels of the input.
        kernel: pixels of the kernel.
        stride: pixels from window to window.
        dilation: pixels between the kernel's elements.
        before: pixels that are padded before the first.
        outputs: pixels of the output.
    """
    last = (outputs - 1) * stride + (kernel - 1) * dilation + 1
    return [before, last - size - before]


def same_padding(size: int, kernel: int, stride: int, dilation: int) -> int:
    """Pixels before the first of Keras' padding `same`: half of all that is needed, rounded down."""
    needed = (-(-size // stride) - 1) * stride + (kernel - 1) * dilation + 1 - size
    return max(needed, 0) // 2


def effective_crop(size: int, kernel: int, stride: int, before: int, outputs: int) -> list[int]:
    """Pixels [before, after] that a transposed convolution cuts off its full output along one axis."""
    return [before, (size - 1) * stride + kernel - outputs - before]


def per_axis(value: Any, axes: int) -> list[int]:
    """A setting that is one number for all axes, or one for each."""
    return [int(value)] * axes if isinstance(value, int) else [int(number) for number in value]


def flat(pairs: Sequence[Sequence[int]]) -> list[int]:
    """Padding of every axis as one list: before and after of the first axis, then of the next."""
    return [int(number) for pair in pairs for number in pair]


def stated(layer: Layer, activation: Layer | None, padding: list[int] | None) -> dict[str, Value]:
    """What a contract says of a layer, with the activation that joined it and the pixels padded before it."""
    attributes = {"kind": layer.kind, **layer.attributes, **(activation.attributes if activation else {})}
    if padding and isinstance(own := attributes.get("padding"), list):
        attributes["padding"] = [int(before) + more for before, more in zip(own, padding, strict=True)]
    return attributes
