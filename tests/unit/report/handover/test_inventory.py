"""The inventory: data sets are held against their contract, and broken files are named."""

import csv
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from harness.errors import HarnessError
from harness.files import write_npz
from harness.report.handover import inventory


def data_set(path: Path, **changes: object) -> None:
    arrays = {
        "diff3d": np.ones((3, 64, 64), np.float32),
        "probeGuess": np.ones((64, 64), np.complex64),
        "xcoords": np.arange(3.0),
        "ycoords": np.arange(3.0),
    } | changes
    write_npz(path, **{name: array for name, array in arrays.items() if array is not None})


def test_what_else_an_archive_holds_neither_ends_the_inventory_nor_breaks_the_contract(tmp_path: Path) -> None:
    data_set(tmp_path / "odd.npz", extra=np.array([None], dtype=object))
    with zipfile.ZipFile(tmp_path / "odd.npz", "a") as archive:
        archive.writestr("readme.txt", "hi")
        archive.writestr("broken.npy", "hi")
    found = of(tmp_path, "odd.npz")
    assert found["contract"] == "kept"
    assert "readme.txt" not in str(found)


def of(folder: Path, name: str) -> dict[str, object]:
    [found] = [one for one in inventory.of_folder(folder)["files"] if one["path"] == name]
    return found


def test_a_data_set_keeps_its_contract_or_says_what_is_wrong(tmp_path: Path) -> None:
    data_set(tmp_path / "sound.npz")
    data_set(tmp_path / "no_probe.npz", probeGuess=None)
    assert of(tmp_path, "sound.npz")["contract"] == "kept"
    broken = of(tmp_path, "no_probe.npz")
    assert broken["contract"] == "broken"
    assert str(broken["problem"]).startswith("no_probe.npz: lacks 'probeGuess'")
    assert inventory.problems(inventory.of_folder(tmp_path)) == [broken["problem"]]


@pytest.mark.parametrize("name", ["cut.npz", "cut.npy", "cut.safetensors"])
def test_a_broken_file_is_named_and_costs_no_other(tmp_path: Path, name: str) -> None:
    data_set(tmp_path / "sound.npz")
    (tmp_path / name).write_bytes(b"PK\x03\x04 no archive")
    assert str(of(tmp_path, name)["problem"]).startswith(f"{name}: is ")
    assert of(tmp_path, "sound.npz")["contract"] == "kept"


def test_all_forms_hold_the_same_rows(tmp_path: Path) -> None:
    data_set(tmp_path / "a.npz")
    (tmp_path / "b,c.txt").write_text("x")
    found = inventory.of_folder(tmp_path)
    header, *rows = csv.reader(io.StringIO(inventory.as_csv(found)))
    assert header == list(inventory.HEADER)
    assert [row[0] for row in rows] == ["a.npz"] * 4 + ["b,c.txt"]
    assert rows[0][4:] == ["diff3d", "3 x 64 x 64", "float32", "kept"]
    text = inventory.markdown(found, "a folder")
    assert sum(line.startswith("| a.npz |") for line in text.splitlines()) == 4
    assert found["files"][0]["sha256"] in text


def test_what_is_no_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="absent: is no folder"):
        inventory.of_folder(tmp_path / "absent")
