"""Faults of the data: what one side reads differently, and what is wrong for both sides."""

from pathlib import Path

import numpy as np

from harness import layout
from harness.faults.catalogue import ANY, fault
from harness.faults.edit import in_json, in_npy, in_npz, truncate, without
from harness.faults.faulty_port import FaultyPort
from harness.files import read_npz


@fault("data.axes-order", rung="dataset", network=ANY, quick=True)
def axes_order(port: FaultyPort) -> None:
    """A stack of shape (N, N, M) is taken for (M, N, N)."""
    port.dataset(lambda folder: in_npz(folder / layout.TRAIN, X=lambda X: np.ascontiguousarray(X.transpose(2, 1, 0))))


@fault("data.transposed-patterns", rung="dataset", network=ANY)
def transposed_patterns(port: FaultyPort) -> None:
    """Rows and columns of the patterns are swapped."""
    port.dataset(lambda folder: in_npz(folder / layout.TRAIN, X=lambda X: np.ascontiguousarray(X.transpose(0, 2, 1))))


@fault("data.scan-index", rung="dataset", network=ANY)
def scan_index(port: FaultyPort) -> None:
    """scan_index is ignored: patterns and positions are paired in file order."""
    port.dataset(lambda folder: in_npz(folder / layout.TRAIN, X=lambda X: np.roll(X, 1, axis=0)))


@fault(
    "data.nominal-positions",
    rung="dataset",
    network=ANY,
    size=0.5,
    unit="pixels of deviation of an offset (standard deviation)",
)
def nominal_positions(port: FaultyPort) -> None:
    """Nominal positions are used, not the true ones."""

    def jittered(relative: np.ndarray) -> np.ndarray:
        return relative + port.size * np.random.default_rng(1).standard_normal(relative.shape)

    port.dataset(lambda folder: in_npz(folder / layout.TRAIN, relative=jittered))


@fault("data.groups-redrawn", rung="dataset", network=ANY)
def groups_redrawn(port: FaultyPort) -> None:
    """One side draws the groups by itself."""
    port.dataset(lambda folder: in_npz(folder / layout.TRAIN, groups=lambda groups: groups[::-1].copy()))


@fault("data.batch-missing-array", rung="dataset", network=ANY)
def batch_missing_array(port: FaultyPort) -> None:
    """An array of the training data is missing on one side."""
    port.dataset(lambda folder: without(folder / layout.TRAIN, "relative"))


@fault("data.truncated", rung="dataset", network=ANY)
def truncated(port: FaultyPort) -> None:
    """The training data of one side is cut off."""
    port.dataset(lambda folder: truncate(folder / layout.TRAIN))


@fault("data.nan", rung="dataset", network=ANY)
def nan(port: FaultyPort) -> None:
    """One pattern of one side holds a NaN."""

    def with_nan(X: np.ndarray) -> np.ndarray:
        return np.where(np.arange(X.size).reshape(X.shape) % X[0].size == 0, np.float32(np.nan), X)

    port.dataset(lambda folder: in_npz(folder / layout.TRAIN, X=with_nan))


@fault("data.other-probe", rung="stages", network=ANY)
def other_probe(port: FaultyPort) -> None:
    """One side reads another probe."""
    port.dataset(lambda folder: in_npy(folder / layout.PROBE, lambda probe: np.roll(probe, 2, axis=1)))


@fault("data.both-counts", rung="dataset", network=ANY)
def both_counts(port: FaultyPort) -> None:
    """The patterns of the data set are counts, not amplitudes, for both sides."""
    port.case(lambda folder: in_npz(folder / layout.DATASET / layout.DATA, diff3d=np.square))


@fault("data.both-normalised", rung="dataset", network=ANY, size=0.01, unit="relative excess of X")
def both_normalised(port: FaultyPort) -> None:
    """X of both sides is off."""
    factor = 1 + port.size
    port.case(lambda folder: in_npz(folder / layout.DATASET / layout.TRAIN, X=lambda X: (X * factor).astype(X.dtype)))


@fault("data.both-probe", rung="dataset", network=ANY)
def both_probe(port: FaultyPort) -> None:
    """The probe of the data set is not normalised."""
    port.case(lambda folder: in_npy(folder / layout.DATASET / layout.PROBE, lambda probe: 2 * probe))


@fault("data.halves-overlap", rung="dataset", network=ANY)
def halves_overlap(port: FaultyPort) -> None:
    """Test patterns are among the training patterns."""

    def mixed(folder: Path) -> None:
        test = read_npz(folder / layout.DATASET / layout.TEST)
        in_npz(
            folder / layout.DATASET / layout.TRAIN,
            x=lambda x: np.concatenate([test["x"][:1], x[1:]]),
            y=lambda y: np.concatenate([test["y"][:1], y[1:]]),
        )

    port.case(mixed)


@fault("data.photons", rung="dataset", network=ANY)
def photons(port: FaultyPort) -> None:
    """setup.json states another nphotons than was counted."""
    port.case(lambda folder: in_json(folder / layout.DATASET / layout.SETUP, lambda setup: setup.update(nphotons=1e6)))


@fault("data.key-missing", rung="dataset", network=ANY)
def key_missing(port: FaultyPort) -> None:
    """The data file lacks the probe."""
    port.case(lambda folder: without(folder / layout.DATASET / layout.DATA, "probeGuess"))


@fault("data.file-truncated", rung="dataset", network=ANY)
def file_truncated(port: FaultyPort) -> None:
    """The data file is cut off."""
    port.case(lambda folder: truncate(folder / layout.DATASET / layout.DATA))
