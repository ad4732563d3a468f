"""An inference as a command: the same flat patch for every pattern."""

import json
import sys
from pathlib import Path

import numpy as np

data, output, model = (
    np.load(sys.argv[1]),
    Path(sys.argv[2]),
    json.loads((Path(sys.argv[3]) / "model.json").read_text()),
)
assert "objectGuess" not in data, "the truth is not for the tested"
patches = np.full(data["diff3d"].shape, model["level"], complex)
np.savez(output / "found.npz", patches=patches, square=np.ones((120, 120), complex))
