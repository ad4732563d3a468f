"""The reference leg: a reconstruction by cdtools, a maintained ptychography library independent of this project.

It refines a measured probe and stands in for the truth of a measured object. The library is imported here and
nowhere else.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from harness import layout
from harness.errors import HarnessError
from harness.files import read_npz, write_npz
from harness.run.job import Job

Array = np.ndarray

LEARNING_RATES = ((0.8, 0.02), (0.2, 0.005))
"""Shares of the sweeps and Adam's learning rate in each; the smaller rate at the end lets the object settle."""

BATCH = 10
"""Patterns in each step of Adam."""

MARGIN = 10
"""Pixels of object beyond the outermost patches."""

SEED = 42
"""Seed of the order of the patterns in each sweep."""


def run(job: Job) -> None:
    """Write `object.npz` from the patterns and the probe of the job's input."""
    reconstruct(job.dataset, job.output, job.iterations)


def reconstruct(input_npz: Path, output_folder: Path, iterations: int, seed: int = SEED) -> None:
    """Reconstruct object and probe together, on one CPU thread, with the same result every time.

    Leaves `object.npz`: object (H, W) and probe (N, N) complex64, origin_x, origin_y (position (x, y) of a patch's
    centre is object pixel (y - origin_y, x - origin_x)) and errors (iterations,), the library's mean squared
    difference of the amplitudes after each sweep.

    Args:
        input_npz: amplitude (M, N, N) square root of counts, x, y (M,) pixels, probe (N, N) complex, and mask (N, N)
            bool, True on the pixels that count, where some do not.
        output_folder: Where `object.npz` goes.
        iterations: Number of sweeps over all patterns.
        seed: Seed of the order of the patterns.

    Raises:
        HarnessError: The library is missing, or the reconstruction diverges.
    """
    _require_library()
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    arrays = read_npz(input_npz)
    N = arrays["amplitude"].shape[-1]
    positions = np.stack([arrays["y"], arrays["x"]], axis=-1)
    first = positions.min(axis=0) - MARGIN
    counts = arrays["amplitude"].astype(np.float64) ** 2
    mask = arrays.get("mask")
    if mask is not None:
        counts = np.where(mask, counts, 0.0)
    model, dataset = _problem(counts, positions, first, arrays["probe"], mask)
    errors = _optimise(model, dataset, iterations)
    images, probe = model.obj.detach().numpy(), (model.probe.detach() * model.probe_norm).numpy()[0]
    if not (np.isfinite(images).all() and np.isfinite(probe).all()):
        raise HarnessError(f"{input_npz}: the reference reconstruction diverged; check the positions and the probe.")
    write_npz(
        output_folder / layout.REFERENCE,
        object=images.astype(np.complex64),
        probe=probe.astype(np.complex64),
        origin_x=np.asarray(first[1] - N // 2),
        origin_y=np.asarray(first[0] - N // 2),
        errors=np.array(errors, dtype=np.float64),
    )


def _require_library() -> None:
    for module, distribution in (("torch", "torch"), ("cdtools", "cdtools-py")):
        if find_spec(module) is None:
            raise HarnessError(
                f"measured data need a reference reconstruction, and {distribution} is not installed; "
                'install it with `pip install "ptycho-parity[cpu]"`.'
            )


def _problem(counts: Array, positions: Array, first: Array, probe: Array, mask: Array | None) -> tuple[Any, Any]:
    """The library's model and data; `positions` (M, 2) and `first` (2,) pixels [row, column] of patch centres.

    Pixels that the mask (N, N) leaves out are not compared.
    Its lengths are in metres; with this geometry a pixel of the object is one metre, and its axes are ours.
    """
    import torch
    from cdtools.datasets import Ptycho2DDataset
    from cdtools.models import FancyPtycho

    M, N = counts.shape[:2]
    axes = np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]])
    detector = {"distance": 1.0, "basis": axes / N, "corner": np.zeros(3)}
    translations = np.column_stack([positions[:, 1], positions[:, 0], np.zeros(M)])
    dataset = Ptycho2DDataset(
        translations.astype(np.float32),
        torch.tensor(counts, dtype=torch.float32),
        wavelength=1.0,
        detector_geometry=detector,
    )
    extent = np.ceil(positions.max(axis=0) - first).astype(int) + N + MARGIN
    model = FancyPtycho(
        1.0,
        detector,
        obj_basis=axes,
        probe_guess=_scaled(probe, counts)[None],
        obj_guess=np.ones(extent),
        min_translation=first,
        background=np.full((N, N), 1e-6),
        weights=np.ones(M),
        mask=mask,
    )
    for fixed in (model.background, model.weights):
        fixed.requires_grad = False
    return model, dataset


def _scaled(probe: Array, counts: Array) -> Array:
    """The probe with as much power as the mean pattern, so that an object of 1 is a good start."""
    scaled: Array = probe * np.sqrt(counts.sum(axis=(1, 2)).mean()) / np.linalg.norm(probe)
    return scaled


def _optimise(model: Any, dataset: Any, iterations: int) -> list[float]:
    """Run the sweeps; returns the library's mean squared difference of the amplitudes after each."""
    from cdtools.reconstructors import AdamReconstructor

    reconstructor = AdamReconstructor(model, dataset)
    errors: list[float] = []
    for share, rate in LEARNING_RATES:
        sweeps = min(round(share * iterations), iterations - len(errors))
        for error in reconstructor.optimize(sweeps, lr=rate, batch_size=BATCH, thread=False):
            print(f"sweep {len(errors) + 1} of {iterations}: error {error:.6g}", flush=True)
            errors.append(float(error))
    return errors
