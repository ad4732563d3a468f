"""One vocabulary for layers: the pixels that a padding really uses, and arrays turned there and back."""

import numpy as np
import pytest

from harness.toolkits.layers import (
    Layout,
    after_flatten,
    depthwise,
    effective_crop,
    effective_padding,
    permuted,
    same_padding,
)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "before", "outputs", "expected"),
    [
        (16, 3, 1, 1, 16, [1, 1]),
        (16, 3, 2, 1, 8, [1, 0]),  # PyTorch's padding 1: the pixel behind is never reached
        (16, 3, 2, 0, 8, [0, 1]),  # Keras' same
        (15, 3, 2, 1, 8, [1, 1]),
        (16, 2, 2, 0, 8, [0, 0]),
    ],
)
def test_padding_is_what_the_windows_reach(
    size: int, kernel: int, stride: int, before: int, outputs: int, expected: list[int]
) -> None:
    assert effective_padding(size, kernel, stride, 1, before, outputs) == expected


@pytest.mark.parametrize(("size", "stride", "before"), [(16, 1, 1), (16, 2, 0), (15, 2, 1)])
def test_same_puts_the_odd_pixel_behind(size: int, stride: int, before: int) -> None:
    assert same_padding(size, 3, stride, 1) == before


def test_a_transposed_convolution_cuts_what_its_output_lacks() -> None:
    assert effective_crop(8, 3, 2, 0, 16) == [0, 1]
    assert effective_crop(8, 3, 2, 1, 16) == [1, 0]


LAYOUTS = [
    permuted((5, 4, 3, 2), (2, 3, 1, 0)),
    depthwise((8, 1, 3, 2), 4),
    after_flatten(6, (2, 3, 4)),
]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_leads_there_and_back(layout: Layout) -> None:
    own = np.arange(np.prod(layout.shape)).reshape(layout.shape)
    assert layout.out(own).shape == layout.canonical
    assert np.array_equal(layout.back(layout.out(own)), own)


def test_a_dense_kernel_behind_a_flattened_image_takes_it_channels_last() -> None:
    generator = np.random.default_rng(0)
    image, kernel = generator.random((2, 3, 4)), generator.random((6, 24))
    expected = kernel @ image.ravel()
    canonical = after_flatten(6, (2, 3, 4)).out(kernel)
    assert np.allclose(np.moveaxis(image, 0, -1).ravel() @ canonical, expected, rtol=1e-14)
