"""One measured scan in the layouts that others write, each by its own convention; `SCAN` is what each must become."""

import bz2
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np

from harness.dataset import probes

M, N = 12, 64
WAVELENGTH, DISTANCE, SIDE = 1.5e-10, 1.25, 75e-6
"""Metres: the wavelength, from the sample to the detector, and a pixel of the detector."""
PIXEL = WAVELENGTH * DISTANCE / (N * SIDE)
"""Metres: a pixel of the object grid."""
JOULES = 6.62607015e-34 * 299792458 / WAVELENGTH
EV = JOULES / 1.602176634e-19

RNG = np.random.default_rng(3)
PROBE = (probes.zone_plate(N) * np.exp(0.2j)).astype(np.complex64)
X, Y = np.tile([30.0, 41.5, 52.25, 63.0], 3), np.repeat([80.0, 90.5, 101.0], 4)
"""Column and row in pixels: a raster of three rows of four, so that the layouts of raster scans can hold it."""
FAR = np.abs(np.fft.fftshift(np.fft.fft2(probes.zone_plate(N)))) ** 2
COUNTS = RNG.poisson(2e4 * FAR / FAR.sum() * RNG.uniform(0.8, 1.2, (M, 1, 1))).astype(np.uint16)
COUNTS[:, 20, 45] += 60  # so that turning or mirroring the detector does not go unseen
GOOD = np.ones((N, N), bool)
GOOD[9, 4:7] = False
BAD_COUNTS = np.where(GOOD, COUNTS, 65535).astype(np.uint16)
METRES = np.stack([Y, X], axis=1) * PIXEL
"""(M, 2) row, column in metres."""


def npz(folder: Path, **arrays) -> Path:
    np.savez(folder / "a.npz", **arrays)
    return folder / "a.npz"


def hdf5(folder: Path, tree: dict[str, object], name: str = "a.h5", **options) -> Path:
    """An HDF5 file; a name with `@` is an attribute of what stands before it."""
    with h5py.File(folder / name, "w", **options) as file:
        for key, value in tree.items():
            place, _, attribute = key.partition("@")
            place = place or "/"
            if attribute:
                (file.require_group(place) if place not in file else file[place]).attrs[attribute] = value
            else:
                file[place] = value
    return folder / name


def matlab(folder: Path, **arrays) -> Path:
    """A MATLAB 7.3 file: HDF5 behind a header, with all axes reversed and complex numbers as pairs."""
    tree = {}
    for name, array in arrays.items():
        turned = np.atleast_2d(np.asarray(array)).T
        if turned.dtype.kind == "c":
            pairs = np.empty(turned.shape, [("real", "f8"), ("imag", "f8")])
            pairs["real"], pairs["imag"] = turned.real, turned.imag
            turned = pairs
        tree[name] = np.ascontiguousarray(turned)
    path = hdf5(folder, tree, "a.mat", userblock_size=512)
    with path.open("r+b") as stream:
        stream.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM")
    return path


def contract(folder: Path, **changes) -> Path:
    arrays = {"diff3d": np.sqrt(COUNTS).astype(np.float32), "probeGuess": PROBE, "xcoords": X, "ycoords": Y}
    return npz(folder, **{key: value for key, value in (arrays | changes).items() if value is not None})


def tike(folder: Path) -> Path:
    cornered = np.fft.ifftshift(COUNTS, axes=(1, 2)).astype(np.float32)
    scan = np.stack([Y, X], axis=1)[None]
    return npz(folder, data=cornered[None], probe=PROBE[None, None, None, None], scan=scan)


def tike_bz2(folder: Path) -> Path:
    (folder / "a.npz.bz2").write_bytes(bz2.compress(tike(folder).read_bytes()))
    return folder / "a.npz.bz2"


def pinn_product(folder: Path) -> Path:
    """PtychoPINN's HDF5 product with the data that it was made from."""
    raw = {"diffraction": np.sqrt(COUNTS).astype(np.float32), "xcoords": X, "ycoords": Y, "probeGuess": PROBE}
    return hdf5(folder, {f"raw_data/{name}": array for name, array in raw.items()} | {"@name": "a", "probe": PROBE})


CXI = {
    "cxi_version": 160,
    "entry_1/data_1/data": BAD_COUNTS,
    "entry_1/data_1/translation": np.stack([X * PIXEL, Y * PIXEL, 0 * X], axis=1),
    "entry_1/instrument_1/source_1/energy": JOULES,
    "entry_1/instrument_1/source_1/illumination": PROBE,
    "entry_1/instrument_1/detector_1/distance": DISTANCE,
    "entry_1/instrument_1/detector_1/x_pixel_size": SIDE,
    "entry_1/instrument_1/detector_1/y_pixel_size": SIDE,
    "entry_1/instrument_1/detector_1/mask": np.where(GOOD, 0x1000, 0x1001).astype(np.uint32),
}


def cxi(folder: Path, **changes) -> Path:
    tree = {key: value for key, value in (CXI | changes).items() if value is not None}
    return hdf5(folder, tree, "a.cxi")


def cxi_turned(folder: Path) -> Path:
    """Rows of the detector run up, columns to the left: the sample's translation has the signs of that laboratory."""
    basis = np.array([[0.0, -SIDE], [SIDE, 0.0], [0.0, 0.0]])
    moved = np.stack([X * PIXEL, -Y * PIXEL, 0 * X], axis=1)
    places = {"entry_1/data_1/translation": None, "entry_1/sample_1/geometry_1/translation": moved}
    return cxi(folder, **{"entry_1/instrument_1/detector_1/basis_vectors": basis, **places})


def nx_cxi(folder: Path) -> Path:
    """NeXus' own definition of CXI: the source's energy is that of the machine."""
    energies = {"entry_1/instrument_1/source_1/energy": 3e9, "entry_1/instrument_1/beam_1/energy": EV / 1e3}
    return cxi(folder, **energies, **{"entry_1/instrument_1/beam_1/energy@units": "keV"})


def nexus(folder: Path, frames: np.ndarray, x: np.ndarray, y: np.ndarray) -> Path:
    classes = {
        "entry": "NXentry", "entry/instrument": "NXinstrument", "entry/instrument/detector": "NXdetector",
        "entry/instrument/beam": "NXbeam", "entry/sample": "NXsample", "entry/sample/moves": "NXtransformations",
    }  # fmt: skip
    tree: dict[str, object] = {
        "entry/instrument/detector/data": frames,
        "entry/instrument/detector/distance": DISTANCE * 1e3,
        "entry/instrument/detector/distance@units": "mm",
        "entry/instrument/detector/x_pixel_size": SIDE * 1e6,
        "entry/instrument/detector/x_pixel_size@units": "um",
        "entry/instrument/detector/pixel_mask": (~GOOD).astype(np.uint32) * 4,
        "entry/instrument/beam/incident_energy": EV / 1e3,
        "entry/instrument/beam/incident_energy@units": "keV",
        "entry/sample/moves/x": x * 1e6,
        "entry/sample/moves/x@units": "um",
        "entry/sample/moves/y": y * 1e6,
        "entry/sample/moves/y@units": "um",
    }
    return hdf5(folder, tree | {f"{group}@NX_class": kind for group, kind in classes.items()}, "a.nxs")


def nexus_scan(folder: Path) -> Path:
    return nexus(folder, BAD_COUNTS, X * PIXEL, Y * PIXEL)


def nexus_raster(folder: Path) -> Path:
    return nexus(folder, BAD_COUNTS.reshape(3, 4, N, N), X[:4] * PIXEL, Y[::4] * PIXEL)


def ptypy_tree(parts: int) -> dict[str, object]:
    tree: dict[str, object] = {
        "meta/energy": EV / 1e3,
        "meta/distance": DISTANCE,
        "meta/psize": np.array([SIDE, SIDE]),
        "meta/center": np.array([32.0, 32.0]),
        "meta/shape": np.array([N, N]),
    }
    for number, rows in enumerate(np.array_split(np.arange(M), parts)):
        tree |= {
            f"chunks/{number}/data": BAD_COUNTS[rows].astype(np.int32),
            f"chunks/{number}/positions": METRES[rows],
            f"chunks/{number}/weights": np.repeat(GOOD[None], len(rows), axis=0).astype(np.float32),
            f"chunks/{number}/indices": rows,
        }
    return tree


def ptypy(folder: Path) -> Path:
    return hdf5(folder, ptypy_tree(1), "a.ptyd")


def ptypy_chunks(folder: Path) -> Path:
    return hdf5(folder, ptypy_tree(5), "a.ptyd")


def ptypy_links(folder: Path) -> Path:
    """Chunks in files of their own, as ptypy's mode 'link' leaves them."""
    tree = ptypy_tree(2)
    for number in (0, 1):
        prefix = f"chunks/{number}/"
        part = {key.removeprefix(prefix): tree.pop(key) for key in list(tree) if key.startswith(prefix)}
        hdf5(folder, part, f"a.ptyd.part00{number}")
        tree[f"chunks/{number}"] = h5py.ExternalLink(f"a.ptyd.part00{number}", "/")
    return hdf5(folder, tree, "a.ptyd")


def product(folder: Path, rows: np.ndarray) -> Path:
    tree = {
        "@name": "a", "@comments": "", "@detector_object_distance_m": DISTANCE, "@probe_energy_eV": EV,
        "probe": PROBE[None, None], "object": np.ones((1, 9, 9), np.complex64), "object@pixel_width_m": PIXEL,
        "object@pixel_height_m": PIXEL, "probe_position_indexes": rows, "probe_position_x_m": X[rows] * PIXEL,
        "probe_position_y_m": Y[rows] * PIXEL,
    }  # fmt: skip
    return hdf5(folder, tree, "product.h5")


def ptychodus(folder: Path) -> list[Path]:
    return [hdf5(folder, {"dp": COUNTS}, "dp.h5"), product(folder, np.arange(M))]


def ptychodus_npz(folder: Path) -> list[Path]:
    """Patterns and positions in different orders, matched by their indexes."""
    patterns = npz(folder, indexes=np.arange(M), patterns=BAD_COUNTS, bad_pixels=~GOOD)
    return [patterns, product(folder, np.random.default_rng(0).permutation(M))]


def ptylab(folder: Path, frames: np.ndarray = COUNTS, **more) -> Path:
    tree = {"ptychogram": frames.astype(np.float32), "encoder": METRES, "wavelength": WAVELENGTH, "zo": DISTANCE}
    return hdf5(folder, tree | {"dxd": SIDE} | more)


def ptylab_turned(folder: Path) -> Path:
    """Orientation 5 transposes and then inverts the columns; this undoes it."""
    return ptylab(folder, COUNTS[:, :, ::-1].transpose(0, 2, 1), orientation=5)


def ptylab_matlab(folder: Path) -> Path:
    frames = np.moveaxis(COUNTS, 0, -1)
    return matlab(folder, ptychogram=frames, encoder=METRES, wavelength=WAVELENGTH, zo=DISTANCE, dxd=SIDE)


def matlab_named(folder: Path) -> Path:
    """Arrays of any names: `dp` (N, N, M), `pos` (M, 2) as x, y in pixels, a complex probe."""
    return matlab(folder, dp=np.moveaxis(COUNTS, 0, -1), pos=np.stack([X, Y], axis=1), illum=PROBE)


def exposures(folder: Path) -> Path:
    first = COUNTS // 3
    return contract(folder, diff3d=np.stack([first, COUNTS - first], axis=1))


def packed(folder: Path) -> Path:
    """A detector's frames in packed pieces, with positions elsewhere in the file."""
    path = hdf5(folder, {"scan/x": X * PIXEL, "scan/y": Y * PIXEL, "beam": PROBE})
    with h5py.File(path, "a") as file:
        file.create_dataset("frames/data", data=COUNTS, chunks=(1, N, N), compression="gzip", shuffle=True)
    return path


Writer = Callable[[Path], Path | list[Path]]
