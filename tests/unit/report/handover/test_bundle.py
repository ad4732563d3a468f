"""Bundles: the same bytes every time, whole on another path, and harmless to whoever unpacks one."""

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from harness.errors import HarnessError
from harness.files import read_json, write_npy, write_npz, write_text
from harness.report.handover import bundle, inventory, verify


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A file of every kind."""
    held = tmp_path / "held"
    write_npz(held / "dataset" / "data.npz", xcoords=np.arange(5.0))
    write_npy(held / "result" / "amplitude.npy", np.ones((4, 4)))
    (held / "bundle").mkdir()
    save_file({"kernel": np.zeros((3, 3))}, held / "bundle" / "weights.safetensors")
    write_text(held / "summary.md", "# ä | <b>\n")
    return held


@pytest.fixture
def packed(folder: Path, tmp_path: Path) -> Path:
    bundle.pack(folder, tmp_path / "one.tar", "# For you\n")
    return tmp_path / "one.tar"


def unpacked(packed: Path, tmp_path: Path) -> Path:
    verify.unpack(packed, tmp_path / "elsewhere")
    return tmp_path / "elsewhere"


def test_a_bundle_is_the_same_on_another_path(folder: Path, packed: Path, tmp_path: Path) -> None:
    there = unpacked(packed, tmp_path)
    found = verify.compare(there)
    assert found.is_whole
    assert len(found.identical) == 6
    for path in folder.rglob("*.*"):
        assert (there / "files" / path.relative_to(folder)).read_bytes() == path.read_bytes()
    assert (there / "README.md").read_text() == "# For you\n"
    bundle.pack(there / "files", tmp_path / "again.tar", "# For you\n")
    assert (tmp_path / "again.tar").read_bytes() == packed.read_bytes()


def test_a_flipped_byte_is_found_and_named(packed: Path, tmp_path: Path) -> None:
    data = bytearray(packed.read_bytes())
    with tarfile.open(packed) as archive:
        member = archive.getmember("files/result/amplitude.npy")
    data[member.offset_data + member.size - 3] ^= 1
    packed.write_bytes(data)
    assert verify.compare(unpacked(packed, tmp_path)).changed == ("files/result/amplitude.npy",)


def test_a_bundle_that_was_cut_off_lacks_files_or_is_none(packed: Path, tmp_path: Path) -> None:
    with tarfile.open(packed) as archive:
        last = archive.getmembers()[-1]
    whole = packed.read_bytes()
    packed.write_bytes(whole[: last.offset])
    assert verify.compare(unpacked(packed, tmp_path)).missing == (last.name,)
    packed.write_bytes(whole[: last.offset_data + 1])
    with pytest.raises(HarnessError, match="is not a whole bundle"):
        verify.unpack(packed, tmp_path / "second")
    packed.write_bytes(whole[:1024])  # the README alone
    verify.unpack(packed, tmp_path / "third")
    with pytest.raises(HarnessError, match=r"has no checksums\.txt"):
        verify.compare(tmp_path / "third")


@pytest.mark.parametrize("name", ["README.md", "inventory.json", "files/summary.md"])
def test_what_is_changed_missing_or_extra_is_named(packed: Path, tmp_path: Path, name: str) -> None:
    there = unpacked(packed, tmp_path)
    (there / name).write_text("other")
    (there / "files" / "bundle" / "weights.safetensors").unlink()
    (there / "files" / "new.txt").write_text("")
    found = verify.compare(there)
    assert (found.changed, found.missing, found.extra) == (
        (name,),
        ("files/bundle/weights.safetensors",),
        ("files/new.txt",),
    )
    assert not found.is_whole


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, link
    return made


@pytest.mark.parametrize(
    ("odd", "what"),
    [
        (member("../outside.txt"), "would leave the folder"),
        (member("/tmp/outside.txt"), "would leave the folder"),
        (member("files/link", tarfile.SYMTYPE, "/etc/passwd"), "is not a plain file"),
        (member("files/hard", tarfile.LNKTYPE, "README.md"), "is not a plain file"),
        (member("files/device", tarfile.CHRTYPE), "is not a plain file"),
        (member("files/pipe", tarfile.FIFOTYPE), "is not a plain file"),
    ],
)
def test_a_member_that_could_do_harm_is_refused_before_anything_is_written(
    packed: Path, tmp_path: Path, odd: tarfile.TarInfo, what: str
) -> None:
    with tarfile.open(packed, "a") as archive:
        archive.addfile(odd, io.BytesIO() if odd.isreg() else None)
    with pytest.raises(HarnessError, match=what):
        verify.unpack(packed, tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere").exists()
    assert not (tmp_path / "outside.txt").exists()


def test_what_is_no_bundle_is_named(packed: Path, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "text.tar").write_text("no archive")
    for odd in ("text.tar", "absent.tar"):
        with pytest.raises(HarnessError, match=odd):
            verify.unpack(tmp_path / odd, tmp_path / "elsewhere")
    with pytest.raises(HarnessError, match="holds something"):
        verify.unpack(packed, folder)
    with pytest.raises(HarnessError, match="no unpacked bundle"):
        verify.compare(folder)


def test_a_bundle_is_never_too_large_nor_written_over_another(folder: Path, packed: Path, tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match=r"at most 100 B were asked for; the largest are dataset/data\.npz"):
        bundle.pack(folder, tmp_path / "small.tar", "", most_bytes=100)
    with pytest.raises(HarnessError, match="is there already"):
        bundle.pack(folder, packed, "")
    with pytest.raises(HarnessError, match="a file outside"):
        bundle.pack(folder, folder / "own.tar", "")
    (tmp_path / "empty").mkdir()
    with pytest.raises(HarnessError, match="no file to hand over"):
        bundle.pack(tmp_path / "empty", tmp_path / "nothing.tar", "")
    assert sorted(path.name for path in tmp_path.glob("*.tar")) == ["one.tar"]


def test_the_inventory_says_what_every_file_holds(folder: Path, packed: Path, tmp_path: Path) -> None:
    files = {one["path"]: one for one in read_json(unpacked(packed, tmp_path) / "inventory.json")["files"]}
    assert files["dataset/data.npz"]["arrays"] == {"xcoords": {"shape": [5], "dtype": "float64"}}
    assert files["bundle/weights.safetensors"]["arrays"] == {"kernel": {"shape": [3, 3], "dtype": "float64"}}
    assert files["result/amplitude.npy"]["arrays"][""] == {"shape": [4, 4], "dtype": "float64"}
    assert "arrays" not in files["summary.md"]
    assert not any("modified" in one for one in files.values())
    assert all("modified" in one for one in inventory.of_folder(folder)["files"])
