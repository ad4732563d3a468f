"""PyTorch's inference at gridsize 2 gives the network one pattern four times over, at positions that are all zero."""

from types import SimpleNamespace

import numpy as np
import torch
from doors import told
from ptycho_torch.inference import _run_inference_and_reconstruct

N, PATTERNS = 64, 8
given = {}


class Asked(torch.nn.Module):
    """A network of groups of four patterns that keeps what it is given."""

    data_config = SimpleNamespace(C=4)

    def forward_predict(self, patterns: torch.Tensor, positions: torch.Tensor, *_: torch.Tensor) -> torch.Tensor:
        """Patches of ones (M, 4, N, N)."""
        given.update(patterns=patterns.numpy(), positions=positions.numpy())
        return torch.ones(patterns.shape, dtype=torch.complex64)


random = np.random.default_rng(0)
data = SimpleNamespace(
    diff3d=random.random((PATTERNS, N, N), dtype=np.float32), probeGuess=np.ones((N, N), np.complex64),
    objectGuess=None, xcoords=random.uniform(0, 9, PATTERNS), ycoords=random.uniform(0, 9, PATTERNS),
)  # fmt: skip
config = SimpleNamespace(n_groups=PATTERNS, stitch_crop_size=20, model=SimpleNamespace(N=N, gridsize=2))
_run_inference_and_reconstruct(Asked(), data, config, SimpleNamespace(), "cpu", quiet=True)
groups = given["patterns"]
told(
    "no group holds neighbours: each is one pattern, repeated",
    groups.shape == (PATTERNS, 4, N, N) and bool((groups == groups[:, :1]).all()) and not given["positions"].any(),
    groups=groups.shape,
    different_patterns_in_a_group=max(len(np.unique(group.reshape(4, -1), axis=0)) for group in groups),
    largest_position=float(np.abs(given["positions"]).max()),
)
