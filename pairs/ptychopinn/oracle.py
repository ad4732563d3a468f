"""What both backends of PtychoPINN mean to compute, once more in NumPy float64: merging and the diffraction pattern."""

import numpy as np
from scipy.ndimage import shift


def stages(known, batch, _):
    """From the exit waves and the patches of the object that a side computed: `pred_diff_channels`, `extracted`."""
    waves = known["exit_wave"].astype(complex)
    far = np.fft.fftshift(np.fft.fft2(waves, axes=(1, 2)), axes=(1, 2))
    found = {"pred_diff_channels": np.abs(far) / waves.shape[1]}
    if "extracted" in known:
        merged = [group(*one) for one in zip(known["obj"].astype(complex), batch.relative, strict=True)]
        found["extracted"] = np.array(merged)
    return found


def group(patches, relative):
    """(N, N, C) patches of one group, merged, and cut out again.

    A pixel of the object is the mean of all patches that hold it; between pixels is interpolated linearly, as upstream
    does it. `relative` (1, 2, C) is where the group's middle lies in each patch, (x, y).
    """
    pad = int(np.ceil(np.abs(relative).max())) + 1
    steps = [-middle[::-1] for middle in relative[0].T]
    canvas = [moved(np.pad(patches[..., c], pad), step) for c, step in enumerate(steps)]
    held = [moved(np.pad(np.ones(patches.shape[:2]), pad), step) for step in steps]
    count = np.sum(held, 0)
    merged = np.divide(np.sum(canvas, 0), count, out=np.zeros_like(canvas[0]), where=count > 0)
    inside = slice(pad, pad + len(patches))
    return np.stack([moved(merged, -step)[inside, inside] for step in steps], -1)


def moved(image, step):
    """An image, moved by (rows, columns)."""
    return shift(image, step, order=1)
