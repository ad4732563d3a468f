"""What the scripts share: a few patterns, and upstream's training command, stopped where it would train.

Nothing of the harness is imported: a maintainer of upstream needs this folder and his own checkout.
"""

import importlib
import inspect
import sys
import tempfile
from typing import Any

import numpy as np

N, PATTERNS, PHOTONS = 64, 64, 1e9


class _Stopped(BaseException):
    pass


def patterns() -> str:
    """An NPZ of patterns of a smooth random object under a curved probe, in upstream's own layout."""
    rng = np.random.default_rng(1)
    y, x = np.indices((N, N)) - N / 2 + 0.5
    probe = np.exp(-(x**2 + y**2) / (2 * 9.0**2) + 0.02j * (x**2 + y**2)).astype(np.complex64)
    soft = np.fft.ifft2(
        np.fft.fft2(rng.normal(size=(200, 200))) * np.exp(-(np.hypot(*_frequencies(200)) ** 2) * 400)
    ).real
    thing = (1 + 0.3 * soft / soft.std()).clip(0.2) * np.exp(0.5j * soft / soft.std())
    places = rng.uniform(N, 200 - N, (PATTERNS, 2))
    cut = [thing[int(r) - N // 2 : int(r) + N // 2, int(c) - N // 2 : int(c) + N // 2] for c, r in places]
    waves = np.fft.fftshift(np.fft.fft2(np.array(cut) * probe), axes=(1, 2)) / N
    columns, rows = np.floor(places.T)
    path = f"{tempfile.mkdtemp()}/data.npz"
    np.savez(
        path, diff3d=np.abs(waves).astype(np.float32), probeGuess=probe, xcoords=columns, ycoords=rows,
        xcoords_start=columns, ycoords_start=rows, scan_index=np.zeros(PATTERNS, int),
    )  # fmt: skip
    return path


def _frequencies(size: int) -> np.ndarray:
    return np.meshgrid(np.fft.fftfreq(size), np.fft.fftfreq(size))


def stopped(backend: str, gridsize: int = 1, **flags: Any) -> dict[str, Any]:
    """The arguments with which upstream's command calls `fit`; `config` is what it made of its flags."""
    train = importlib.import_module("scripts.training.train")
    asked = {
        "train_data_file": patterns(), "output_dir": tempfile.mkdtemp(), "backend": backend, "gridsize": gridsize,
        "n_groups": 32, "batch_size": 4, "nepochs": 2, "nphotons": PHOTONS, **flags,
    }  # fmt: skip
    sys.argv = ["train.py", *(text for name, value in asked.items() for text in (f"--{name}", str(value)))]
    import keras
    import lightning.pytorch as lightning

    owner = keras.Model if backend == "tensorflow" else lightning.Trainer
    plain, found = owner.fit, {}
    signature = inspect.signature(plain)

    def stop(*args: Any, **kwargs: Any) -> None:
        found.update(signature.bind(*args, **kwargs).arguments)
        raise _Stopped

    owner.fit = stop
    try:
        train.main()
    except _Stopped:
        return found
    finally:
        owner.fit = plain
    raise SystemExit(f"{backend}: the command never came to {owner.__name__}.fit")


def told(finding: str, holds: bool, **figures: Any) -> None:
    """Print the figures, and end with status 1 where upstream no longer does what was found."""
    for name, value in figures.items():
        print(f"{name.replace('_', ' ')}: {value}")
    print(f"{'found' if holds else 'not found any more'}: {finding}")
    raise SystemExit(not holds)
