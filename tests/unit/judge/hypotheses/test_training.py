"""Gradients, moments and weights after a step: what an optimiser does otherwise."""

import numpy as np
import pytest

from harness.judge.hypotheses.catalogue import HYPOTHESES
from harness.judge.hypotheses.known import Known, Optimiser
from harness.judge.hypotheses.training.clipping import clipped_norm
from harness.judge.hypotheses.training.step import without_bias_correction
from harness.judge.hypotheses.trial import explanation

RNG = np.random.default_rng(13)
W, G = RNG.normal(size=(3, 3, 2, 4)), 1e-3 * RNG.normal(size=(3, 3, 2, 4))
RATE, BETAS, EPSILON = 1e-4, (0.9, 0.999), 1e-8
ADAM = {"adam_betas": list(BETAS), "adam_epsilon": EPSILON}


def stepped(gradient=G, epsilon=EPSILON, start=W, rate=RATE):
    return start - rate * gradient / (np.abs(gradient) + epsilon)


def said(own, other, kind, optimiser=None, name="w", layers=None, options=ADAM, stages=None, noise=1e-15):
    given = optimiser or Optimiser(W, G)
    known = Known(
        own * (1 + noise * RNG.normal(size=own.shape)), other, kind, name, layers=layers or {}, options=options,
        optimiser=given, stages=stages or {}, numbers={"rows x columns": 4096},
    )  # fmt: skip
    found = explanation(known, HYPOTHESES)
    return "" if found is None else found.sentence


AFTER = stepped()
HAT = EPSILON / np.sqrt(1 - BETAS[1])
WEIGHTS = {
    "epsilon of 1e-07 in place of 1e-08": stepped(epsilon=1e-7),
    "epsilon of 1e-08, added before the bias correction (epsilon hat),": stepped(epsilon=HAT),
    "epsilon of 1e-08, added under the root,": W - RATE * G / np.sqrt(G**2 + 1e-8),
    "it was not moved": W,
    "step in the opposite direction": 2 * W - AFTER,
    "step of 1.01 times the length": W + 1.01 * (AFTER - W),
    "-0.0001 times the weight before the step (decoupled weight decay)": AFTER - 1e-4 * W,
    "-0.0001 times the weight after the step (decoupled weight decay)": AFTER * (1 - 1e-4),
}


@pytest.mark.parametrize("words", WEIGHTS)
def test_what_a_step_is_instead_is_named(words):
    assert words in said(WEIGHTS[words], AFTER, "weight")


@pytest.mark.parametrize("words", [words for words in WEIGHTS if "epsilon" not in words])
def test_a_near_miss_is_not_named(words):
    assert said(WEIGHTS[words] + 1e-2 * RATE * RNG.normal(size=W.shape), AFTER, "weight") == ""


def test_an_epsilon_that_nobody_uses_is_not_named():
    assert said(stepped(epsilon=3.3e-7), AFTER, "weight") == ""


GRADIENTS = {
    "plus 0.01 times the weight (coupled weight decay)": G + 0.01 * W,
    "with values clipped to 0.001": np.clip(G, -1e-3, 1e-3),
    "with its norm clipped to 0.001": G * 1e-3 / np.linalg.norm(G),
    "(1 / rows x columns)": G / 4096,
    "with the opposite sign": -G,
}


@pytest.mark.parametrize("words", GRADIENTS)
def test_what_a_gradient_is_instead_is_named(words):
    assert words in said(GRADIENTS[words], G, "gradient")
    assert said(GRADIENTS[words] * (1 + 1e-3 * RNG.normal(size=G.shape)), G, "gradient") == ""


def test_a_conjugate_gradient():
    gradient = G + 1j * RNG.normal(size=G.shape)
    assert said(gradient.conj(), gradient, "gradient").endswith("conjugated")


def test_moments_of_other_betas():
    second = 0.001 * G**2
    assert "a beta_2 of 0.99 in place of 0.999" in said(0.01 * G**2, second, "moment", name="w.second_moment")
    assert "a beta_1 of 0.5 in place of 0.9" in said(0.5 * G, 0.1 * G, "moment", name="w.first_moment")
    assert "coupled weight decay" in said(0.1 * (G + 0.02 * W), 0.1 * G, "moment", name="w.first_moment")


def test_a_value_that_is_stale():
    before, after = AFTER, stepped(start=AFTER)
    later = Optimiser(W, before=before, after=stepped(start=after), step=2)
    assert "of the step after" in said(stepped(start=after), after, "weight", later)
    assert "of the step before" in said(before, after, "weight", later)


def test_a_missing_bias_correction_is_told_by_the_length_of_the_step():
    step = 2
    factor = (1 - 0.9**step) / np.sqrt(1 - 0.999**step)
    later = Optimiser(W, before=W, step=step)
    own = W + factor * (AFTER - W)
    assert said(own, AFTER, "weight", later).endswith("(no bias correction of the moments)")
    assert "no bias correction" not in said(W + 1.001 * factor * (AFTER - W), AFTER, "weight", later)
    assert without_bias_correction({"optimiser": "sgd"}, 2) == {}


def test_nesterovs_momentum():
    sgd, other = {"momentum": 0.875}, W - RATE * G
    assert "Nesterov's momentum" in said(W - RATE * 1.875 * G, other, "weight", options=sgd)


LAYER = {"norm": {"kind": "batch_norm", "momentum": 0.9}}
START, BATCH = np.ones(8), 0.5 + RNG.random(8)
STAGES = {"image": np.zeros((4, 8, 8, 8))}


def kept(share, batch=BATCH):
    return share * START + (1 - share) * batch


STATISTICS = {
    "a momentum of 0.1 in place of 0.9: 1 - m for m": kept(0.1),
    "a momentum of 0.99 in place of 0.9": kept(0.99),
    "the unbiased variance in place of the biased (256 values)": kept(0.9, BATCH * 256 / 255),
    "does not follow the batches": START,
    "as the batch's own, without a memory": BATCH,
}


@pytest.mark.parametrize("words", STATISTICS)
def test_running_statistics(words):
    given = Optimiser(START), "norm.variance", LAYER, {}, STAGES
    assert words in said(STATISTICS[words], kept(0.9), "state", *given)
    assert said(STATISTICS[words] + 1e-4 * RNG.normal(size=8), kept(0.9), "state", *given) == ""


def test_the_norm_that_clipping_leaves_is_a_round_number():
    gradients = {"a": G, "b": W}
    norm = np.sqrt(sum((value**2).sum() for value in gradients.values()))
    assert clipped_norm({name: 0.5 * value / norm for name, value in gradients.items()}) == 0.5
    assert clipped_norm(gradients) is None
