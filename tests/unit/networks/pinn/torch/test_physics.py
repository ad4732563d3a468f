import numpy as np
import pytest
import torch

from harness.networks.pinn.torch.physics import translation_matrices
from harness.physics import translation


@pytest.mark.parametrize("sizes", [(76, 64), (64, 64), (40, 20), (20, 64)])
def test_matrices_are_the_oracles(sizes):
    shift = np.random.default_rng(0).uniform(-7, 7, size=(3, 4, 2))
    matrices = translation_matrices(torch.from_numpy(shift), *sizes)
    assert matrices.dtype == torch.float64
    np.testing.assert_allclose(matrices.numpy(), translation.matrix(*sizes, shift), rtol=0, atol=1e-15)
