"""A stage is computed again from its input: what a layer does otherwise is named, what is something else is not."""

import numpy as np
import pytest
import scipy.signal

from harness.judge.hypotheses.catalogue import HYPOTHESES
from harness.judge.hypotheses.known import Known
from harness.judge.hypotheses.layers.activations import ACTIVATIONS
from harness.judge.hypotheses.layers.compute import Layer, output
from harness.judge.hypotheses.layers.upsampling import METHODS, resized
from harness.judge.hypotheses.trial import explanation

RNG = np.random.default_rng(7)
IMAGE = RNG.normal(size=(3, 8, 8, 4))
CONV = {
    "kind": "conv", "kernel_size": [3, 3], "stride": [2, 2], "dilation": [1, 1], "groups": 1, "padding": [0, 1, 0, 1],
    "padding_mode": "zeros", "activation": "relu",
}  # fmt: skip
KERNEL = {"kernel": RNG.normal(size=(3, 3, 4, 4)), "bias": RNG.normal(size=4)}
NORM = {name: 0.5 + RNG.random(4) for name in ("gain", "bias", "mean", "variance")}
AFFINE = {name: NORM[name] for name in ("gain", "bias")}


def changed(attributes, **settings):
    return {**attributes, **settings}


def made(attributes, weights, image=IMAGE):
    return output(Layer("l", attributes, weights), image)


def said(own, attributes, weights, image=IMAGE, noise=1e-13):
    """The sentence of the hypothesis that explains a stage `l`, of which the other side computes what is stated."""
    other = made(attributes, weights, image)
    full = {f"l.{role}": weight for role, weight in weights.items()}
    known = Known(
        own=own * (1 + noise * RNG.normal(size=own.shape)),
        other=other,
        name="l",
        stages={"before": image},
        layers={"l": attributes},
        weights=full,
    )
    found = explanation(known, HYPOTHESES)
    return "" if found is None else found.sentence


def flipped(weights, kernel):
    return {**weights, "kernel": kernel}


BATCH_NORM = {"kind": "batch_norm", "epsilon": 1e-3, "activation": "linear"}
GROUP_NORM = {"kind": "group_norm", "epsilon": 1e-3, "groups": 2, "activation": "linear"}
LAYER_NORM = {"kind": "layer_norm", "epsilon": 1e-3, "activation": "linear"}
UP = {"kind": "upsample", "factor": [2.0, 2.0], "interpolation": "bilinear", "align_corners": False}
UNPADDED = changed(CONV, padding=[1, 1, 1, 1], stride=[1, 1])
TRANSPOSED = {
    "kind": "conv_transpose", "stride": [2, 2], "dilation": [1, 1], "crop": [0, 1, 0, 1], "activation": "linear",
}  # fmt: skip
AVERAGE = {
    "kind": "average_pool",
    "pool_size": [2, 2],
    "stride": [2, 2],
    "padding": [1, 1, 1, 1],
    "counts_padding": False,
}
DENSE = {"kind": "dense", "activation": "tanh"}
DENSE_KERNEL = {"kernel": 0.1 * RNG.normal(size=(256, 6)), "bias": RNG.normal(size=6)}
NUMBERS = RNG.normal(size=(3, 64))
CASES = {
    "padded before the image, not behind it": (made(changed(CONV, padding=[1, 0, 1, 0]), KERNEL), CONV, KERNEL),
    "along rows alone": (made(changed(CONV, padding=[1, 0, 0, 1]), KERNEL), CONV, KERNEL),
    "padded by its reflection": (made(changed(UNPADDED, padding_mode="reflect"), KERNEL), UNPADDED, KERNEL),
    "flipped (a convolution": (made(CONV, flipped(KERNEL, KERNEL["kernel"][::-1, ::-1])), CONV, KERNEL),
    "transposed: rows for": (made(CONV, flipped(KERNEL, KERNEL["kernel"].swapaxes(0, 1))), CONV, KERNEL),
    "inputs for outputs": (made(CONV, flipped(KERNEL, KERNEL["kernel"].swapaxes(2, 3))), CONV, KERNEL),
    "without the bias": (made(CONV, {"kernel": KERNEL["kernel"]}), CONV, KERNEL),
    "bias added twice": (made(CONV, {**KERNEL, "bias": 2 * KERNEL["bias"]}), CONV, KERNEL),
    "without relu": (made(changed(CONV, activation="linear"), KERNEL), CONV, KERNEL),
    "with tanh in place of relu": (made(changed(CONV, activation="tanh"), KERNEL), CONV, KERNEL),
    "with leaky_relu with 0.2 in place": (
        made(changed(CONV, activation="leaky_relu", negative_slope=0.2), KERNEL), CONV, KERNEL,
    ),
    "with relu before it": (
        made(changed(UNPADDED, activation="linear"), KERNEL, np.maximum(IMAGE, 0)),
        changed(UNPADDED, activation="linear"),
        KERNEL,
    ),
    "an epsilon of 1e-05 in place of 0.001": (made(changed(BATCH_NORM, epsilon=1e-5), NORM), BATCH_NORM, NORM),
    "an epsilon of 0.00273 in place of 0.001": (made(changed(BATCH_NORM, epsilon=0.00273), NORM), BATCH_NORM, NORM),
    "an epsilon of 1e-06 in place": (made(changed(GROUP_NORM, epsilon=1e-6), AFFINE), GROUP_NORM, AFFINE),
    "an epsilon of 1e-12 in place": (made(changed(LAYER_NORM, epsilon=1e-12), AFFINE), LAYER_NORM, AFFINE),
    "unbiased variance": (made(changed(GROUP_NORM, variance="unbiased"), AFFINE), GROUP_NORM, AFFINE),
    "epsilon added to the root": (made(changed(GROUP_NORM, epsilon_added="to the root"), AFFINE), GROUP_NORM, AFFINE),
    "without gain and bias": (made(GROUP_NORM, {}), GROUP_NORM, AFFINE),
    "the nearest pixel in place of bilinear": (made(changed(UP, interpolation="nearest"), {}), UP, {}),
    "with aligned corners in place of bilinear": (made(changed(UP, align_corners=True), {}), UP, {}),
    "without half pixels": (resized(IMAGE, [2, 2], "bilinear interpolation without half pixels"), UP, {}),
    "cut before the image": (made(changed(TRANSPOSED, crop=[1, 0, 1, 0]), KERNEL), TRANSPOSED, KERNEL),
    "padded pixels counted": (made(changed(AVERAGE, counts_padding=True), {}), AVERAGE, {}),
    "flattened channels first": (
        made(DENSE, DENSE_KERNEL, np.moveaxis(IMAGE, 3, 1).reshape(3, -1)), DENSE, DENSE_KERNEL,
    ),
    "where the kernel takes channels first": (
        made(DENSE, DENSE_KERNEL, np.moveaxis(IMAGE.reshape(3, 4, 8, 8), 1, 3).reshape(3, -1)), DENSE, DENSE_KERNEL,
    ),
    "its input (before) rolled by +1 row": (made(CONV, KERNEL, np.roll(IMAGE, 1, 1)), CONV, KERNEL),
}  # fmt: skip


@pytest.mark.parametrize("words", CASES)
def test_what_a_layer_does_otherwise_is_named(words):
    assert words in said(*CASES[words])


@pytest.mark.parametrize("words", CASES)
def test_a_near_miss_is_not_named(words):
    assert said(*CASES[words], noise=1e-4) == ""


def test_another_epsilon_is_named_where_it_makes_a_mere_factor():
    """A new model: every variance is 1, every mean and bias 0."""
    new = {"gain": np.ones(4), "bias": np.zeros(4), "mean": np.zeros(4), "variance": np.ones(4)}
    assert "an epsilon of 1e-05" in said(made(changed(BATCH_NORM, epsilon=1e-5), new), BATCH_NORM, new)


def test_numbers_made_an_image_in_the_other_order():
    own = resized(np.moveaxis(NUMBERS.reshape(3, 4, 4, 4), 1, 3), [2, 2], "the nearest pixel")
    attributes = changed(UP, interpolation="nearest")
    other = resized(NUMBERS.reshape(3, 4, 4, 4), [2, 2], "the nearest pixel")
    known = Known(own, other, name="l", stages={"wide": NUMBERS}, layers={"l": attributes})
    found = explanation(known, HYPOTHESES)
    assert found is not None
    assert "made an image channels first" in found.sentence


def test_a_layer_that_is_not_computed_as_stated_says_nothing():
    """The stated attributes must give the right stage before others are tried."""
    other = made(CONV, KERNEL) + RNG.normal(size=(3, 4, 4, 4))
    own = made(changed(CONV, padding=[1, 0, 1, 0]), KERNEL)
    known = Known(
        own, other, name="l", stages={"x": IMAGE}, layers={"l": CONV}, weights={f"l.{k}": w for k, w in KERNEL.items()}
    )
    assert explanation(known, HYPOTHESES) is None


def test_what_changes_nothing_explains_no_noise():
    """The right stage is off by rounding, the other is what the layer gives: a second ReLU makes one of the other."""
    right = made(CONV, KERNEL)
    other = right * (1 + 1e-12 * RNG.normal(size=right.shape))
    weights = {f"l.{role}": weight for role, weight in KERNEL.items()}
    known = Known(right, other, name="l", stages={"x": IMAGE}, layers={"l": CONV}, weights=weights)
    assert explanation(known, HYPOTHESES) is None


def test_every_kernel_of_a_chain_may_be_flipped():
    names = {"s.conv1": UNPADDED, "s.conv2": UNPADDED}
    second = {"kernel": RNG.normal(size=(3, 3, 4, 4)), "bias": RNG.normal(size=4)}
    other = made(UNPADDED, second, made(UNPADDED, KERNEL))
    turned = [flipped(weights, weights["kernel"][::-1, ::-1]) for weights in (KERNEL, second)]
    own = made(UNPADDED, turned[1], made(UNPADDED, turned[0]))
    weights = {f"s.conv{number + 1}.{k}": w for number, one in enumerate((KERNEL, second)) for k, w in one.items()}
    found = explanation(Known(own, other, name="s", stages={"x": IMAGE}, layers=names, weights=weights), HYPOTHESES)
    assert found is not None
    assert found.sentence.endswith("flipped (a convolution for a correlation), in every layer")


def test_the_convolution_is_scipys_correlation():
    attributes = changed(CONV, stride=[1, 1], padding=[1, 1, 1, 1], activation="linear")
    by_channel = [scipy.signal.correlate2d(IMAGE[0, :, :, c], KERNEL["kernel"][:, :, c, 0], "same") for c in range(4)]
    expected = sum(by_channel) + KERNEL["bias"][0]
    np.testing.assert_allclose(made(attributes, KERNEL)[0, :, :, 0], expected, rtol=1e-12)


@pytest.mark.parametrize("name", [name for name in METHODS if "centre" not in name])
def test_resizing_keeps_a_constant_image(name):
    np.testing.assert_allclose(resized(np.ones((1, 4, 4, 1)), [2, 2], name), 1, rtol=1e-12)


def test_activations_are_the_usual_ones():
    x = np.array([-2.0, 0.0, 1.0])
    assert ACTIVATIONS["leaky_relu with 0.2"](x).tolist() == [-0.4, 0.0, 1.0]
    np.testing.assert_allclose(ACTIVATIONS["softplus"](x), np.log1p(np.exp(x)))
    np.testing.assert_allclose(ACTIVATIONS["gelu"](x), ACTIVATIONS["gelu by tanh"](x), atol=1e-3)
    np.testing.assert_allclose(ACTIVATIONS["elu"](x), [np.expm1(-2), 0, 1])
