"""Bugs of public ports in what they read, replayed in the physics-informed network."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from harness import layout
from harness.faults.catalogue import real_bug
from harness.faults.edit import in_npz
from harness.faults.faulty_port import FaultyPort
from harness.files import read_json, read_npz


@real_bug(
    "centroid-of-last",
    rungs=("dataset", "canvas"),
    sources=("PtychoPINN",),
    causes=("centre", "position"),
)
def centroid_of_last(port: FaultyPort) -> None:
    """The centre of mass of the last file that was read is used for all of them."""

    def moved(folder: Path) -> None:
        last, test = (read_npz(folder / name) for name in (layout.TRAIN, layout.TEST))
        gap = [float(last[axis].mean() - test[axis].mean()) for axis in ("x", "y")]
        in_npz(
            folder / layout.TEST,
            x=lambda x: x + gap[0],
            y=lambda y: y + gap[1],
            offsets=lambda offsets: offsets + np.array(gap)[:, np.newaxis],
        )

    port.dataset(moved)


@real_bug(
    "amplitudes-counts",
    rungs=("dataset", "loss"),
    sources=("PtychoPINN",),
    causes=("counts", "squared"),
)
def amplitudes_counts(port: FaultyPort) -> None:
    """The loader takes amplitudes for counts and squares them once more."""
    port.dataset(lambda folder: in_npz(folder / layout.TRAIN, X=np.square))


@real_bug(
    "photon-scale",
    rungs=("dataset", "loss"),
    sources=("PtychoPINN",),
    causes=("photon", "times", "factor"),
)
def photon_scale(port: FaultyPort) -> None:
    """The photons of the data are never attached to the model, which divides by 1."""
    port.setup(lambda setup: replace(setup, nphotons=1.0))


@real_bug(
    "loader-root",
    rungs=("dataset", "loss"),
    sources=("PtychoPINN",),
    causes=("root", "times", "factor"),
)
def loader_root(port: FaultyPort) -> None:
    """The factor with which the loader normalises the patterns lacks its root."""

    def unrooted(folder: Path) -> None:
        factor = np.float32(read_json(folder / layout.SETUP)["normalisation"])
        in_npz(folder / layout.TRAIN, X=lambda X: X * factor)

    port.dataset(unrooted)
