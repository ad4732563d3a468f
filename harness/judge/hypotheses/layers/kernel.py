"""A kernel is flipped or transposed, or a bias is missing."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from harness.judge.hypotheses.known import OTHERS, Candidate, Known
from harness.judge.hypotheses.layers.compute import Layer
from harness.judge.hypotheses.layers.site import Site


def kernel(_: Known, site: Site) -> Iterator[Candidate]:
    """A correlation for a convolution, rows for columns, inputs for outputs; no bias, or twice."""
    for sentence, made in site.variants(_changed):
        yield Candidate(sentence, made)


def _changed(layer: Layer) -> Iterator[tuple[str, Layer]]:
    weights = layer.weights
    found = weights.get("kernel")
    if found is not None and found.ndim == 4:
        turned = {
            "flipped (a convolution for a correlation)": found[::-1, ::-1],
            "transposed: rows for columns": np.swapaxes(found, 0, 1),
            "with rows reversed": found[::-1],
            "with columns reversed": found[:, ::-1],
            "with inputs for outputs": np.swapaxes(found, 2, 3),
        }
    else:
        turned = {} if found is None else {"transposed: inputs for outputs": found.T}
    for what, changed in turned.items():
        yield f"{OTHERS} with the kernel {what}", replace(layer, weights={**weights, "kernel": changed})
    if "bias" in weights:
        without = {name: weight for name, weight in weights.items() if name != "bias"}
        yield f"{OTHERS} without the bias", replace(layer, weights=without)
        twice = {**weights, "bias": 2 * weights["bias"]}
        yield f"{OTHERS} with the bias added twice", replace(layer, weights=twice)
    if "gain" in weights:
        without = {name: weight for name, weight in weights.items() if name not in ("gain", "bias")}
        yield f"{OTHERS} without gain and bias", replace(layer, weights=without)
