"""A normalisation has another epsilon, or another variance."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from harness.arrays import Array
from harness.judge.hypotheses.fitting import fitted
from harness.judge.hypotheses.known import OTHERS, Candidate, Known
from harness.judge.hypotheses.layers.compute import Layer
from harness.judge.hypotheses.layers.settings import with_setting
from harness.judge.hypotheses.layers.site import Site, attempted

EPSILONS = (1e-3, 1e-5, 1e-6, 1e-7, 1e-8, 1e-12, 1e-2, 1e-4, 2e-5, 1e-9, 1e-10, 1e-16, 0.0)
"""Defaults of libraries first: 1e-3 Keras, 1e-5 PyTorch, 1e-6 JAX and Transformers, 1e-12 BERT."""


def normalisation(known: Known, site: Site) -> Iterator[Candidate]:
    """Another library's epsilon, the unbiased variance, epsilon beside the root, and any other epsilon at last."""
    for sentence, made in site.variants(_changed):
        yield Candidate(sentence, made)
    yield from _solved(known, site)


def _changed(layer: Layer) -> Iterator[tuple[str, Layer]]:
    stated: Any = layer.attributes.get("epsilon")
    if stated is None:
        return
    for epsilon in EPSILONS:
        yield f"{OTHERS} with an epsilon of {epsilon:g} in place of {stated:g}", with_setting(layer, epsilon=epsilon)
    unbiased = with_setting(layer, variance="unbiased")
    yield f"{OTHERS} with the unbiased variance in place of the biased", unbiased
    outside = with_setting(layer, epsilon_added="to the root")
    yield f"{OTHERS} with epsilon added to the root, not under it", outside
    if "variance" in layer.weights:
        root = replace(layer, weights={**layer.weights, "variance": np.square(layer.weights["variance"])})
        yield f"{OTHERS} with the variance in place of its root", root


def _solved(known: Known, site: Site) -> Iterator[Candidate]:
    """The epsilon that fits best."""
    for number, layer in enumerate(site.layers):
        stated: Any = layer.attributes.get("epsilon")
        made = partial(_with_epsilon, site, number)
        if stated is None or attempted(partial(made, stated)) is None:
            continue
        epsilon = fitted(made, known.few().own, stated)
        if np.isfinite(epsilon):
            text = f"{OTHERS} with an epsilon of {epsilon:.6g} in place of {stated:g}"
            yield Candidate(text, made(epsilon), fitted=True)


def _with_epsilon(site: Site, number: int, epsilon: float) -> Array:
    """The stage with another epsilon in one of its layers."""
    return site.with_layer(number, with_setting(site.layers[number], epsilon=epsilon)).computed()
