"""What a file is, by its first bytes, in words for a person who took it for something else."""

from typing import NamedTuple

FIRST_BYTES = 1024
"""How many bytes of a file `kind` looks at."""
ZIP, BZIP2 = "a ZIP archive", "a bzip2 archive"
HDF5, MATLAB = "an HDF5 file (as .h5, .cxi, .nxs)", "a MATLAB file"


class _Mark(NamedTuple):
    kind: str
    at: int
    signs: tuple[bytes, ...]


_MARKS = (
    _Mark(ZIP, 0, (b"PK\x03\x04", b"PK\x05\x06")),
    _Mark(BZIP2, 0, (b"BZh",)),
    _Mark(MATLAB, 0, (b"MATLAB ",)),  # before HDF5, which MATLAB's newer files are behind byte 512
    *(_Mark(HDF5, at, (b"\x89HDF\r\n\x1a\n",)) for at in (0, 512)),
    _Mark("a NetCDF file", 0, (b"CDF\x01", b"CDF\x02", b"CDF\x05")),
    _Mark("a TIFF picture", 0, (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")),
    _Mark("an NPY file, a single array", 0, (b"\x93NUMPY",)),
    _Mark("a Python pickle", 0, tuple(bytes([0x80, protocol]) for protocol in (2, 3, 4, 5))),
    _Mark("a gzip archive", 0, (b"\x1f\x8b",)),
    _Mark("an xz archive", 0, (b"\xfd7zXZ\0",)),
    _Mark("a Zstandard archive", 0, (b"\x28\xb5\x2f\xfd",)),
    _Mark("a 7-Zip archive", 0, (b"7z\xbc\xaf\x27\x1c",)),
    _Mark("a tar archive", 257, (b"ustar",)),
    _Mark("a FITS file", 0, (b"SIMPLE  =",)),
    _Mark("a CBF file of a detector", 0, (b"###CBF",)),
    _Mark("an EDF file of a detector", 0, (b"{\nHeaderID", b"{\r\nHeaderID")),
    _Mark("a PNG picture", 0, (b"\x89PNG",)),
    _Mark("a JPEG picture", 0, (b"\xff\xd8\xff",)),
    _Mark("a PDF document", 0, (b"%PDF",)),
)


def kind(first: bytes) -> str:
    """What a file is whose first `FIRST_BYTES` bytes are `first`, such as `an HDF5 file (as .h5, .cxi, .nxs)`."""
    if not first:
        return "an empty file"
    for mark in _MARKS:
        if first[mark.at :].startswith(mark.signs):
            return mark.kind
    return "text" if _is_text(first) else "of no kind that is known here"


def _is_text(first: bytes) -> bool:
    """Whether the bytes are UTF-8 without control characters; the last character may be cut off."""
    text = first.decode("utf-8", "ignore")
    whole = len(text.encode()) >= len(first) - 3
    return whole and all(sign.isprintable() or sign in "\t\r\n\f\ufeff" for sign in text)
