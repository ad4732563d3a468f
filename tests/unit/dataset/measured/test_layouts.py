"""Files of each layout, written by the layout's own convention, become the same data set, or are refused by a sentence.

A wrong sign, order, unit or place in a reader moves positions or pixels, and fails here.
"""

import re
from pathlib import Path

import h5py
import numpy as np
import pytest

from harness.dataset.measured import importers
from harness.dataset.measured.geometry import Geometry
from harness.dataset.measured.stated import Stated
from harness.dataset.npz import RawData
from harness.errors import HarnessError
from tests.unit.dataset.measured import layout_files as files

N = files.N
NAMED = {"diff3d": "dp", "probeGuess": "illum", "xcoords": "pos:0", "ycoords": "pos:1"}
PACKED = {"diff3d": "frames/data", "probeGuess": "beam", "xcoords": "scan/x", "ycoords": "scan/y"}
IN_METRES = Geometry(pixel=(files.PIXEL, files.PIXEL))
WITHOUT_PROBE = {"ptypy", "ptypy_chunks", "ptypy_links", "ptylab", "ptylab_turned", "ptylab_matlab", "ptychonn",
                 "nexus_scan", "nexus_raster", "cxi_no_probe"}  # fmt: skip
MASKED = {"cxi", "cxi_turned", "cxi_electron_volts", "cxi_wavelength", "cxi_no_probe", "nx_cxi", "nexus_scan",
          "nexus_raster", "ptypy", "ptypy_chunks", "ptypy_links", "ptychodus_npz", "contract_masked"}  # fmt: skip
PLACE = "entry_1/instrument_1/source_1/"
WRITERS: dict[str, files.Writer] = {
    "contract": files.contract,
    "contract_masked": lambda folder: files.contract(folder, diff3d=files.BAD_COUNTS, mask=files.GOOD),
    "exposures": files.exposures,
    "pinn_channel": lambda folder: files.contract(
        folder, diff3d=None, diffraction=np.sqrt(files.COUNTS).astype(np.float32)[..., None],
        objectGuess=np.array(None, dtype=object), _metadata=np.array("{}", dtype=object),
    ),
    "pinn_legacy": lambda folder: files.contract(
        folder, diff3d=None, diffraction=np.moveaxis(files.COUNTS, 0, -1), probeGuess=files.PROBE[..., None]
    ),
    "pinn_modes": lambda folder: files.contract(folder, probeGuess=np.stack([files.PROBE, 0.1 * files.PROBE])),
    "pinn_product": files.pinn_product,
    "tike": files.tike,
    "tike_bz2": files.tike_bz2,
    "ptychonn": lambda folder: files.npz(
        folder, reciprocal=files.COUNTS.astype(np.float32), position=files.METRES, pixelsize=files.PIXEL,
        real=np.ones((files.M, N, N), np.complex64),
    ),
    "cxi": files.cxi,
    "cxi_turned": files.cxi_turned,
    "cxi_electron_volts": lambda folder: files.cxi(folder, **{f"{PLACE}energy": files.EV}),
    "cxi_wavelength": lambda folder: files.cxi(folder, **{f"{PLACE}energy": None, f"{PLACE}wavelength": 1.5e-10}),
    "cxi_no_probe": lambda folder: files.cxi(folder, **{f"{PLACE}illumination": None}),
    "nx_cxi": files.nx_cxi,
    "nexus_scan": files.nexus_scan,
    "nexus_raster": files.nexus_raster,
    "ptypy": files.ptypy,
    "ptypy_chunks": files.ptypy_chunks,
    "ptypy_links": files.ptypy_links,
    "ptychodus": files.ptychodus,
    "ptychodus_npz": files.ptychodus_npz,
    "ptylab": files.ptylab,
    "ptylab_turned": files.ptylab_turned,
    "ptylab_matlab": files.ptylab_matlab,
    "matlab_named": files.matlab_named,
    "packed": files.packed,
}  # fmt: skip
STATED = {"matlab_named": Stated(keys=NAMED), "packed": Stated(keys=PACKED, geometry=IN_METRES)}


def load(paths: Path | list[Path], stated: Stated | None = None) -> RawData:
    return importers.load(paths, N, stated or Stated(strict=True))


@pytest.mark.parametrize("name", WRITERS)
def test_each_layout_becomes_the_same_data_set(tmp_path: Path, name: str) -> None:
    raw = load(WRITERS[name](tmp_path), STATED.get(name))
    np.testing.assert_allclose(raw.x, files.X, rtol=1e-7)
    np.testing.assert_allclose(raw.y, files.Y, rtol=1e-7)
    counts = np.where(files.GOOD, files.COUNTS, 0) if name in MASKED else files.COUNTS
    np.testing.assert_array_equal(raw.diffraction, np.sqrt(counts).astype(np.float32))
    assert (raw.mask is not None) == (name in MASKED)
    if raw.mask is not None:
        np.testing.assert_array_equal(raw.mask, files.GOOD)
    if name in WITHOUT_PROBE:
        assert any("holds no probe" in note for note in raw.notes)
    else:
        np.testing.assert_array_equal(raw.probe, files.PROBE.astype(complex))


def test_there_are_twenty_files_of_eight_layouts() -> None:
    assert len(WRITERS) >= 20
    assert len({name.split("_")[0] for name in WRITERS}) >= 8


REFUSED: dict[str, tuple[files.Writer, str]] = {
    "no positions": (
        lambda folder: files.cxi(folder, **{"entry_1/data_1/translation": None}),
        r"a.cxi: holds patterns in CXI's layout, and no positions .* --key xcoords=NAME",
    ),
    "product alone": (
        lambda folder: files.product(folder, np.arange(files.M)),
        r"product.h5: is a product of ptychodus, without patterns; name the file of its patterns too",
    ),
    "patterns without a position": (
        lambda folder: [
            files.npz(folder, indexes=np.arange(1, files.M + 1), patterns=files.COUNTS),
            files.product(folder, np.arange(files.M)),
        ],
        r"a.npz and product.h5: pattern 12 has no position",
    ),
    "too few positions": (
        lambda folder: files.ptylab(folder, encoder=files.METRES[:5]),
        r"a.h5: 'encoder' has shape \(5,\); one position a pattern, \(12,\), is needed",
    ),
    "Fourier ptychography": (lambda folder: files.ptylab(folder, zled=0.07), r"a.h5: is Fourier ptychography"),
    "chunk without positions": (
        lambda folder: files.hdf5(folder, {"chunks/0/data": files.COUNTS}, "a.ptyd"),
        r"a.ptyd: lacks 'chunks/0/positions'",
    ),
    "no known layout": (
        lambda folder: files.hdf5(folder, {"a/frames": files.COUNTS, "b": 1.0}),
        r"a.h5: lacks 'diff3d' .* found a/frames 12x64x64, b. Name .* --key diff3d=NAME",
    ),
    "what MATLAB keeps for itself": (
        lambda folder: files.hdf5(folder, {"#refs#/A": files.COUNTS, "a": 1.0}), r"a.h5: lacks .* found a. Name"
    ),
    "nexus without positions": (
        lambda folder: files.nexus(folder, files.COUNTS, np.array(1.0), np.array(2.0)),
        r"a.nxs: 'entry/instrument/detector/data' holds patterns, and no positions .* --key diff3d=entry/instr",
    ),
    "a negative distance": (
        lambda folder: files.ptylab(folder, zo=-1.0), r"a.h5: the distance is -1.0 m; a positive length is needed"
    ),
    "text in place of patterns": (
        lambda folder: files.hdf5(folder, {"ptychogram": "frames.tif", "encoder": files.METRES}),
        r"a.h5: 'encoder' has shape \(12, 2\); one position a pattern is needed, and 'ptychogram' has shape none",
    ),
    "text in place of positions": (
        lambda folder: files.hdf5(folder, {"ptychogram": files.COUNTS, "encoder": "x"}),
        r"a.h5: 'encoder' cannot be read",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_imported_is_refused_in_one_sentence(tmp_path: Path, name: str) -> None:
    writer, sentence = REFUSED[name]
    with pytest.raises(HarnessError, match=sentence):
        load(writer(tmp_path))


def test_positions_without_a_known_pixel_are_scaled_by_an_assumption_that_is_said(tmp_path: Path) -> None:
    """CXI asks for no distance; positions are then right up to one factor."""
    path = files.cxi(tmp_path, **{"entry_1/instrument_1/detector_1/distance": None})
    raw = load(path)
    factor = np.ptp(raw.x) / np.ptp(files.X)
    np.testing.assert_allclose(np.diff(raw.y), np.diff(files.Y) * factor, atol=1e-9)
    [warning] = [note for note in raw.notes if note.startswith("WARNING")]
    assumed = float(re.findall(r"so (\S+) m was assumed", warning)[0])
    assert assumed * factor == pytest.approx(files.PIXEL, rel=1e-2)
    assert "give --pixel-size, or --energy, --distance and --detector-pixel." in warning
    told = load(path, Stated(geometry=Geometry(distance=files.DISTANCE)))
    np.testing.assert_allclose(told.x, files.X)


def test_what_is_stated_wins_over_the_file(tmp_path: Path) -> None:
    halved = load(files.cxi(tmp_path), Stated(geometry=Geometry(distance=2 * files.DISTANCE)))
    np.testing.assert_allclose(halved.x, files.X / 2)
    path = files.ptylab(tmp_path, beam=files.PROBE)
    raw = load(path, Stated(keys={"probeGuess": "beam"}))
    np.testing.assert_array_equal(raw.probe, files.PROBE.astype(complex))


def test_the_centre_that_ptypy_names_becomes_the_middle(tmp_path: Path) -> None:
    wide = np.zeros((files.M, 100, 100), np.int32)
    wide[:, 11 : 11 + N, 30 : 30 + N] = files.COUNTS
    tree = files.ptypy_tree(1) | {"chunks/0/data": wide, "meta/center": np.array([43.0, 62.0])}
    raw = load(files.hdf5(tmp_path, {key: value for key, value in tree.items() if "weights" not in key}, "a.ptyd"))
    np.testing.assert_array_equal(raw.diffraction, np.sqrt(files.COUNTS).astype(np.float32))
    np.testing.assert_allclose(raw.x, files.X)  # 100 pixels a side make the grid finer, cropping makes it as it was


def test_the_lost_share_of_incoherent_modes_is_said(tmp_path: Path) -> None:
    notes = load(WRITERS["pinn_modes"](tmp_path)).notes
    [note] = [note for note in notes if "incoherent" in note]
    assert "only the strongest, number 0, is used, so 1.0% of the power is lost" in note


def test_a_file_leads_nowhere_else(tmp_path: Path) -> None:
    """Neither a link nor a virtual array of a file may choose what is read on this machine."""
    outside = tmp_path / "outside"
    outside.mkdir()
    secret = files.hdf5(outside, {"data": files.COUNTS}, "secret.h5")
    inside = tmp_path / "inside"
    inside.mkdir()
    tree = {"ptychogram": h5py.ExternalLink(str(secret), "/data"), "encoder": files.METRES}
    with pytest.raises(HarnessError, match="lacks 'diff3d'"):
        load(files.hdf5(inside, tree))
    virtual = h5py.VirtualLayout(files.COUNTS.shape, files.COUNTS.dtype)
    virtual[:] = h5py.VirtualSource(str(secret), "data", files.COUNTS.shape)
    path = files.hdf5(inside, {"encoder": files.METRES})
    with h5py.File(path, "a") as file:
        file.create_virtual_dataset("ptychogram", virtual)
    with pytest.raises(HarnessError, match=r"'ptychogram' lies in another file, .*secret.h5, out of this folder"):
        load(path)


def test_a_damaged_file_is_said_to_be_so(tmp_path: Path) -> None:
    path = files.ptylab(tmp_path)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(HarnessError, match=r"a.h5: is not a whole HDF5 file \(.*\); copy it again"):
        load(path)
    old = tmp_path / "old.mat"
    old.write_bytes(b"MATLAB 5.0 MAT-file, Platform: GLNXA64".ljust(1024))
    with pytest.raises(HarnessError, match=r"old.mat: is a MATLAB file of an old format; .*-v7.3"):
        load(old)


def test_without_h5py_one_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = files.ptylab(tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    with pytest.raises(HarnessError, match=r"a.h5: is an HDF5 file, and h5py, .* is not installed; type pip install"):
        load(path)


def test_the_weights_of_every_chunk_count(tmp_path: Path) -> None:
    tree = files.ptypy_tree(3)
    weights = tree["chunks/2/weights"].copy()
    weights[1, 50, 50] = 0
    raw = load(files.hdf5(tmp_path, tree | {"chunks/2/weights": weights}, "a.ptyd"))
    bad = ~files.GOOD
    bad[50, 50] = True
    np.testing.assert_array_equal(raw.mask, ~bad)


def test_a_matlab_mask_has_matlabs_axes(tmp_path: Path) -> None:
    frames = np.moveaxis(files.BAD_COUNTS, 0, -1)
    path = files.matlab(tmp_path, dp=frames, pos=np.stack([files.X, files.Y], axis=1), illum=files.PROBE, m=files.GOOD)
    raw = load(path, Stated(keys=NAMED, mask="m"))
    np.testing.assert_array_equal(raw.mask, files.GOOD)
    np.testing.assert_array_equal(raw.diffraction, np.sqrt(np.where(files.GOOD, files.COUNTS, 0)).astype(np.float32))
