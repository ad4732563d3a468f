"""tike's NPZ: `data` counts (1, M, N, N), `probe` (1, 1, 1, modes, N, N), `scan` (1, M, 2) as row, column in pixels."""

from harness.dataset.measured.found import Found
from harness.dataset.measured.held import Held
from harness.dataset.measured.layouts import reading
from harness.errors import HarnessError


def recognise(held: Held) -> bool:
    """Whether tike's three keys are there."""
    return all(name in held.headers for name in ("data", "probe", "scan"))


def read(held: Held, source: str) -> Found:
    """Describe the data set; raises HarnessError for positions that fit no patterns."""
    header = held.headers["data"]
    shape = header.shape if header is not None else ()
    M = shape[1] if len(shape) == 4 and shape[0] == 1 else shape[0] if shape else 0
    scan = reading.small(held, "scan", "data", source)
    if scan.shape not in ((M, 2), (1, M, 2)):
        raise HarnessError(f"{source}: 'scan' has shape {scan.shape}; (1, {M}, 2) is needed, as in 'data'.")
    y, x = scan.reshape(-1, 2).T
    names = {"diff3d": "data", "probeGuess": "probe", "xcoords": "scan", "ycoords": "scan"}
    found = Found(["data"], x, y, names, reading.probe(held, "probe", source), axes="MNN", layout="tike's")
    found.say("The layout is tike's: scan was read as (row, column), that is (y, x), of each patch's centre.")
    if scan.dtype.kind in "iuf" and scan.dtype != "float64":
        found.say(f"'scan' is of type {scan.dtype} and was taken as float64.")
    return found
