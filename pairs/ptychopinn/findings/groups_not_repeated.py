"""`--subsample_seed` makes PyTorch's groups repeatable; TensorFlow draws others every time."""

import numpy as np
from doors import PATTERNS, stopped, told


def inputs(backend: str) -> np.ndarray:
    """The offsets of the groups that a workflow was about to train on."""
    call = stopped(backend, 2, subsample_seed=3, n_groups=PATTERNS)  # as many as there are patterns: none are left out
    return (
        np.asarray(call["x"][1])
        if backend == "tensorflow"
        else call["train_dataloaders"].dataset.coords_relative.numpy()
    )


same = {backend: bool(np.array_equal(inputs(backend), inputs(backend))) for backend in ("tensorflow", "pytorch")}
told("the seed is not passed on to TensorFlow's grouping", not same["tensorflow"] and same["pytorch"], **same)
