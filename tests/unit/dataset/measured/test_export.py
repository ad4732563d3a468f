"""What is exported is read back as it was, to float32, and by other programs as it was meant."""

import importlib.util
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from harness.dataset import npz
from harness.dataset.measured import export, hdf5_file, importers
from harness.dataset.measured.geometry import Geometry
from harness.dataset.measured.stated import Stated
from harness.dataset.npz import RawData
from harness.errors import HarnessError
from tests.unit.dataset.measured import layout_files as files

SUFFIX = {"ptychopinn": "npz", "ptypy": "ptyd", "cxi": "cxi"}
SETUP = Geometry(files.WAVELENGTH, files.DISTANCE, (files.SIDE, files.SIDE))
GOOD = np.ones((files.N, files.N), bool)
GOOD[9, 4:7] = False


def scan(**changes) -> RawData:
    amplitude = np.sqrt(files.COUNTS).astype(np.float32)
    arrays = {"diff3d": amplitude, "probeGuess": files.PROBE, "xcoords": files.X, "ycoords": files.Y}
    return replace(npz.validated(arrays, "a.npz"), **changes)


KINDS = {
    "counts": scan(),
    "many counts": scan(diffraction=(scan().diffraction * np.float32(3e3))),
    "averaged": scan(diffraction=scan().diffraction * np.float32(0.737)),
    "mask": scan(mask=GOOD, diffraction=scan().diffraction * GOOD),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layout", SUFFIX)
@pytest.mark.parametrize("geometry", [SETUP, Geometry()], ids=["stated", "assumed"])
def test_a_round_trip_is_exact(tmp_path: Path, kind: str, layout: str, geometry: Geometry) -> None:
    raw = KINDS[kind]
    path = tmp_path / f"a.{SUFFIX[layout]}"
    notes = export.write(raw, path, layout, geometry)
    back = importers.load(path, files.N, Stated(strict=True))
    np.testing.assert_array_equal(back.diffraction, raw.diffraction)
    np.testing.assert_allclose(back.x, raw.x, rtol=1e-12)
    np.testing.assert_allclose(back.y, raw.y, rtol=1e-12)
    assert (back.mask is None) == (raw.mask is None)
    if raw.mask is not None:
        np.testing.assert_array_equal(back.mask, raw.mask)
    if layout != "ptypy":
        np.testing.assert_array_equal(back.probe, raw.probe)
    told = " ".join(notes)
    assert ("Nothing was said of the wavelength and the distance" in told) == (
        layout != "ptychopinn" and geometry == Geometry()
    )
    assert ("ptypy has no place for the probe" in told) == (layout == "ptypy")
    assert ("PtychoPINN reads no mask" in told) == (layout == "ptychopinn" and kind == "mask")


def test_whole_counts_are_written_as_such_and_the_same_bytes_every_time(tmp_path: Path) -> None:
    for name in ("a.cxi", "b.cxi"):
        export.write(scan(), tmp_path / name, "cxi", SETUP)
    assert (tmp_path / "a.cxi").read_bytes() == (tmp_path / "b.cxi").read_bytes()
    with h5py.File(tmp_path / "a.cxi") as file:
        patterns = file["entry_1/data_1/data"]
        assert patterns.dtype == np.uint32
        np.testing.assert_array_equal(patterns[()], files.COUNTS)


def test_what_a_layout_has_no_place_for_is_said(tmp_path: Path) -> None:
    raw = scan(object=np.ones((9, 9), complex), scan_index=np.arange(files.M))
    [told] = export.write(raw, tmp_path / "a.cxi", "cxi", SETUP)
    assert told == "cxi has no place for the object and the scan indexes, which was left out."
    assert export.write(raw, tmp_path / "a.npz", "ptychopinn", SETUP) == ()
    assert importers.load(tmp_path / "a.npz", files.N).object is not None


def test_a_name_that_the_layout_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match=r"--to: the new file is named 'a.npz'; a name that ends in .ptyd or .h5"):
        export.write(scan(), tmp_path / "a.npz", "ptypy", SETUP)
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(HarnessError, match=r"a.cxi: cannot be written"):
        hdf5_file.save(blocked / "a.cxi", {}, "data", scan().diffraction)


READ_BY_CDTOOLS = """
import sys, numpy, torch
from cdtools.datasets import Ptycho2DDataset
from cdtools.tools.interactions import translations_to_pixel
read = Ptycho2DDataset.from_cxi(sys.argv[1])
basis = torch.as_tensor(read.detector_geometry["basis"])
side = torch.linalg.norm(basis, dim=0)
pixel = float(read.wavelength) * float(read.detector_geometry["distance"]) / (read.patterns.shape[-1] * side)
places = translations_to_pixel((basis / side * pixel).to(torch.float64), read.translations.to(torch.float64))
numpy.savez(sys.argv[2], counts=read.patterns.numpy(), mask=read.mask.numpy(), places=places.numpy())
"""


def test_cdtools_reads_the_same_scan_from_a_cxi_file(tmp_path: Path) -> None:
    """An independent reader of the format: counts, mask, and positions in pixels are those of the data set."""
    if importlib.util.find_spec("cdtools") is None:
        pytest.skip("cdtools is not installed")
    export.write(KINDS["mask"], tmp_path / "a.cxi", "cxi", SETUP)
    command = [sys.executable, "-c", READ_BY_CDTOOLS, str(tmp_path / "a.cxi"), str(tmp_path / "read.npz")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with np.load(tmp_path / "read.npz") as found:
        np.testing.assert_array_equal(found["counts"], files.COUNTS * GOOD)
        np.testing.assert_array_equal(found["mask"].astype(bool), GOOD)
        rows, columns = found["places"].T
    np.testing.assert_allclose(rows - rows[0], files.Y - files.Y[0], atol=1e-3)
    np.testing.assert_allclose(columns - columns[0], files.X - files.X[0], atol=1e-3)
