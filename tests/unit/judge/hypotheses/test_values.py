"""A tensor that is the other side's in another guise is recognised; one that is merely different is not."""

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from harness.judge.hypotheses.catalogue import HYPOTHESES
from harness.judge.hypotheses.known import Candidate, Known
from harness.judge.hypotheses.trial import explanation
from harness.judge.hypotheses.values.numbers import name_of
from harness.judge.hypotheses.values.rounded import TYPES, rounded_to

RNG = np.random.default_rng(5)
STAGE = RNG.normal(size=(5, 8, 8, 4)) + 1j * RNG.normal(size=(5, 8, 8, 4))
REAL = RNG.normal(size=(5, 8, 8, 4))
NUMBERS = {"N": 64, "rows x columns": 4096, "patterns of the batch": 20, "probe_scale": 3.0}


def noisy(array: np.ndarray) -> np.ndarray:
    """Rounding differs between sides, whatever they compute."""
    return array * (1 + 1e-13 * RNG.choice([-1, 1], array.shape))


def said(own: np.ndarray, other: np.ndarray, **more: object) -> str:
    """The sentence of the hypothesis that explains a tensor; empty where none does."""
    found = explanation(Known(own, other, numbers=NUMBERS, **more), HYPOTHESES)
    return "" if found is None else found.sentence


CHANGED = [
    (-REAL, REAL, "with the opposite sign"),
    (STAGE.conj(), STAGE, "conjugated$"),
    (-STAGE.conj(), STAGE, "conjugated and with the opposite sign"),
    (STAGE.real + 0j, STAGE, "without its imaginary part"),
    (STAGE.imag + 1j * STAGE.real, STAGE, "real and imaginary parts swapped"),
    (np.round(20 * REAL), 20 * REAL, "rounded to whole numbers"),
    (REAL[:, ::-1], REAL, "with rows reversed"),
    (REAL[:, :, ::-1], REAL, "with columns reversed"),
    (REAL[:, ::-1, ::-1], REAL, "turned by half a turn$"),
    (STAGE[:, ::-1, ::-1].conj(), STAGE, "as its twin"),
    (REAL.swapaxes(1, 2), REAL, "with rows and columns swapped"),
    (REAL[::-1], REAL, "samples in reverse order"),
    (REAL[[3, 1, 0, 4, 2]], REAL, "with its samples in another order"),
    (REAL[..., [2, 0, 1, 3]], REAL, r"with its channels in another order \(2, 0, 1, 3\)"),
    (REAL[..., [0, 2, 1, 3]], REAL, "channels in another order .column by column"),
    (np.fft.fftshift(REAL, axes=(1, 2)), REAL, "fftshift"),
    (np.roll(REAL, 1, 1), REAL, r"rolled by \+1 row$"),
    (np.roll(REAL, (-1, -1), (1, 2)), REAL, "rolled by -1 row and column"),
    (1.25 * REAL, REAL, r"times 1.25 \(5/4\)"),
    (REAL + 2e-4 * REAL, REAL, r"times 1 \+0.0002"),
    (4096 * REAL, REAL, r"times 4096 \(rows x columns\)"),
    (REAL / 20, REAL, r"times 0.05 \(1 / patterns of the batch\)"),
    (13 / 12 * REAL, REAL, r"times 1.08333 \(13/12\)"),
    (2j * STAGE, STAGE, r"times 0\+2j|times .*\+2j"),
    (REAL + 0.5, REAL, "plus 0.5"),
    (REAL**2, REAL, ", squared"),
    (np.tanh(REAL), REAL, "after tanh once more"),
    (0 * REAL + 1, REAL, "^1 everywhere"),
    (REAL + 1e-3 * REAL.mean(axis=0, keepdims=True), REAL, "plus 0.001 times the mean over its samples"),
    (0 * REAL + REAL.mean(axis=0, keepdims=True), REAL, "averaged over its samples"),
    (-REAL[0, 0], REAL[0, 0], "with the opposite sign"),
]


@pytest.mark.parametrize(("own", "other", "words"), CHANGED, ids=[words for *_, words in CHANGED])
def test_a_simple_change_is_recognised(own: np.ndarray, other: np.ndarray, words: str) -> None:
    assert re.search(words, said(noisy(own), other))


@pytest.mark.parametrize(("own", "other", "words"), CHANGED, ids=[words for *_, words in CHANGED])
def test_a_change_that_leaves_more_than_rounding_is_not_named(own: np.ndarray, other: np.ndarray, words: str) -> None:
    """What comes near to a hypothesis and differs from it by a ten-thousandth is another fault."""
    assert said(own * (1 + 1e-4 * RNG.normal(size=own.shape)), other) == ""


def test_the_border_that_is_zero_is_measured() -> None:
    own = np.zeros_like(REAL)
    own[:, 2:-2, 2:-2] = REAL[:, 2:-2, 2:-2]
    assert "with zeros outside its central 4 x 4 pixels" in said(own, REAL)


def test_group_major_and_channel_minor_patches_are_told_by_name() -> None:
    flat = np.moveaxis(REAL, 3, 1).reshape(20, 8, 8)
    assert "channel-minor in place of group-major" in said(np.moveaxis(flat.reshape(4, 5, 8, 8), 0, 3), REAL)


def test_swapped_heads_are_recognised() -> None:
    other_head = RNG.normal(size=REAL.shape)
    assert said(other_head, REAL, later={"phase_head": other_head}) == (
        "the other side's phase_head, which is another stage"
    )
    assert said(other_head + 1e-3, REAL, later={"phase_head": other_head}) == ""


@pytest.mark.parametrize("name", TYPES)
def test_rounding_is_recognised_by_its_type(name: str) -> None:
    expected = "float16" if name == "TF32" else name  # the same mantissa, and no value here leaves its exponents
    assert f"rounded to {expected}" in said(rounded_to(name, REAL), REAL)


def test_tf32_and_bfloat16_round_to_nearest_even() -> None:
    values = np.array([1 + 2.0**-11, 1 + 3 * 2.0**-11, 1e30])
    assert rounded_to("TF32", values)[:2].tolist() == [1.0, 1 + 2.0**-9]
    assert abs(rounded_to("TF32", values)[2] / 1e30 - 1) < 2.0**-11
    assert rounded_to("bfloat16", np.array([1 + 2.0**-8, 1 + 3 * 2.0**-8])).tolist() == [1.0, 1 + 2.0**-6]


def test_single_precision_is_recognised() -> None:
    own = (REAL * (1 + 1e-7 * RNG.normal(size=REAL.shape))).astype(np.float32).astype(np.float64)
    assert said(own, REAL) == "a tensor of single precision"


@pytest.mark.parametrize("size", [1e-12, 1e-9, 1e-6, 1e-3, 0.1, 1.0])
def test_noise_is_not_named(size: float) -> None:
    for other in (REAL, STAGE):
        assert said(other + size * RNG.normal(size=other.shape), other, later={"x": RNG.normal(size=REAL.shape)}) == ""


def test_a_hypothesis_that_fails_costs_no_other() -> None:
    def broken(known: Known) -> Iterator[Candidate]:
        yield from np.zeros(3).reshape(2, 2)

    found = explanation(Known(-REAL, REAL), (broken, *HYPOTHESES))
    assert found is not None
    assert "opposite sign" in found.sentence


@pytest.mark.parametrize("shape", [(), (1,), (9,), (3, 4), (2, 3, 5, 1), (1, 4, 4, 2), (2, 3, 4, 5, 2)])
def test_any_shape_can_be_tried(shape: tuple[int, ...]) -> None:
    own, other = RNG.normal(size=(2, *shape))
    for kind in ("stage", "loss", "gradient", "moment", "weight", "state"):
        assert said(own, other, kind=kind) == ""


def test_what_is_equal_is_not_named() -> None:
    assert said(REAL, REAL) == ""


def test_one_broken_element_is_not_explained() -> None:
    own = REAL.copy()
    own[2, 3, 4, 1] += 1.0
    assert said(own, REAL) == ""


def test_the_axes_of_a_weight_are_not_those_of_a_stage() -> None:
    assert said(REAL[:, ::-1], REAL, kind="gradient") == ""
    assert "opposite sign" in said(-REAL, REAL, kind="gradient")


def test_a_scalar_is_a_multiple_of_any_other_and_says_nothing() -> None:
    assert said(np.array([6.9123]), np.array([6.8])) == ""


def test_a_scalar_is_named_by_a_number_of_the_case() -> None:
    assert "rows x columns" in said(np.array([4096 * 6.8]), np.array([6.8]), kind="loss")
    assert said(np.array([4096.001 * 6.8]), np.array([6.8]), kind="loss") == ""


def test_a_reference_of_zeros_is_transformed_into_nothing() -> None:
    assert said(REAL, np.zeros_like(REAL)) == ""


def test_float32_may_leave_more() -> None:
    own = 3 * REAL * (1 + 1e-7 * RNG.normal(size=REAL.shape))
    known = Known(own, REAL, numbers=NUMBERS)
    assert explanation(known, HYPOTHESES) is None
    found = explanation(replace(known, single=True), HYPOTHESES)
    assert found is not None
    assert found.sentence.endswith("times 3 (probe_scale)")
    assert 1e-9 < found.left < 1e-5


@pytest.mark.parametrize(
    ("factor", "name"),
    [(64, "N"), (1 / 4096, "1 / rows x columns"), (8, "root of N"), (2**0.5, "root of 2"), (0.5, "1/2"), (1.01, "")],
)
def test_names_of_factors(factor: float, name: str) -> None:
    assert name_of(factor, {"N": 64, "rows x columns": 4096}) == name


@pytest.mark.parametrize(
    ("nudge", "words"), [(0.0, "with the weights of phase_head: the heads are swapped"), (1e-6, "")]
)
def test_heads_with_each_others_weights_are_recognised(nudge: float, words: str) -> None:
    """The amplitude goes through a sigmoid, the phase through tanh, and each has a limit of its own."""
    amplitude, phase = 1.3 / (1 + np.exp(-REAL)), np.pi * np.tanh(REAL[::-1, ::-1])
    own = 1.3 / (1 + np.exp(-REAL[::-1, ::-1])) * (1 + nudge * RNG.normal(size=REAL.shape))
    found = said(own, amplitude, later={"phase_head": phase})
    assert found == (f"the other side's {words}" if words else "")
