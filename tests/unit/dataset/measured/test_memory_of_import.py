"""The memory that importing takes, beside what is kept: measured in a process of its own, whose peak is its own."""

import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from harness.dataset import probes

M, K, N = 640, 256, 128
"""42 MB of 84 MB are kept: a quarter of the pixels, in a type that is twice as wide."""
MOST = 3.0
"""Times the bytes of the patterns that are kept."""
MEASURED = """
import re, sys
from pathlib import Path
from harness.dataset import npz
from harness.dataset.measured import importers, plausibility

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024

npz.save(importers.load(Path(sys.argv[1]), int(sys.argv[3])), Path("warm.npz"))  # libraries take memory, too
before = peak()
raw = importers.load(Path(sys.argv[2]), int(sys.argv[3]))
npz.save(raw, Path("new.npz"))
plausibility.figures(raw)
print((peak() - before) / raw.diffraction.nbytes)
"""


def written(path: Path, frames: int) -> Path:
    spot = np.random.default_rng(0).poisson(90 * np.exp(-((probes.radii(K) / 40) ** 2)), (4, K, K)).astype(np.uint16)
    arrays = {
        "diff3d": np.tile(spot, (frames // 4, 1, 1)),
        "probeGuess": probes.zone_plate(K).astype(np.complex64),
        "xcoords": np.arange(float(frames)),
        "ycoords": np.arange(float(frames)) % 7,
    }
    if path.suffix == ".npz":
        np.savez_compressed(path, **arrays)
    else:
        with h5py.File(path, "w") as file:
            for name, array in arrays.items():
                file.create_dataset(name, data=array, compression="lzf" if array.ndim == 3 else None)
    return path


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is read from /proc")
@pytest.mark.parametrize("suffix", [".npz", ".h5"])
def test_importing_takes_at_most_three_times_what_is_kept(tmp_path: Path, suffix: str) -> None:
    """Cropped to a quarter of the pixels; the file is larger than what may be used."""
    small, large = written(tmp_path / f"small{suffix}", 8), written(tmp_path / f"large{suffix}", M)
    command = [sys.executable, "-c", MEASURED, str(small), str(large), str(N)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    print(f"peak of import{suffix}: {float(done.stdout):.2f} times the patterns that are kept")
    assert 0.5 < float(done.stdout) <= MOST
