"""PyTorch's inference puts patches on the wrong side of the middle: a known object, stitched again, is mirrored."""

from types import SimpleNamespace

import numpy as np
import torch
from doors import told
from ptycho_torch.inference import _run_inference_and_reconstruct

N, CROP, HALF = 64, 20, 40
rows, columns = np.indices((260, 260))
known = 1 + 0.5 * np.sin(rows / 9.0) * np.cos(columns / 13.0) + 0.002 * columns + 0.001 * rows
y, x = (axis.ravel() for axis in np.meshgrid(np.arange(90, 171, 8), np.arange(90, 171, 8), indexing="ij"))
cut = np.array([known[r - N // 2 : r + N // 2, c - N // 2 : c + N // 2] for r, c in zip(y, x, strict=True)])


class Known(torch.nn.Module):
    """A network that predicts what is there."""

    def forward_predict(self, *_: torch.Tensor) -> torch.Tensor:
        """(M, 1, N, N) the patches of the known object."""
        return torch.from_numpy(cut[:, None]).to(torch.complex64)


def off(sign: int) -> float:
    """The mean difference of the stitched picture from the object, where the positions are given with a sign."""
    data = SimpleNamespace(
        diff3d=np.ones((len(x), N, N), np.float32), probeGuess=np.ones((N, N), np.complex64), objectGuess=None,
        xcoords=sign * x.astype(float), ycoords=sign * y.astype(float),
    )  # fmt: skip
    config = SimpleNamespace(n_groups=len(x), stitch_crop_size=CROP, model=SimpleNamespace(N=N, gridsize=1))
    picture, _ = _run_inference_and_reconstruct(Known(), data, config, SimpleNamespace(), "cpu", quiet=True)
    middle = slice(len(picture) // 2 - HALF, len(picture) // 2 + HALF)
    return float(np.abs(picture[middle, middle] - known[130 - HALF : 130 + HALF, 130 - HALF : 130 + HALF]).mean())


as_it_is, other_sign = off(1), off(-1)
told(
    "each patch lies where the one opposite to it belongs",
    as_it_is > 0.05 > 10 * other_sign,
    difference_from_the_object=as_it_is,
    difference_where_all_positions_have_the_other_sign=other_sign,
    mean_of_the_object=float(known.mean()),
)
