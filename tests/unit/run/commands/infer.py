"""An inference as a command: the same flat patch for every pattern, and a picture that rises along both axes."""

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
x, y = data["xcoords"], data["ycoords"]
side = 40 if "--small" in sys.argv else 240
centre = np.array([np.round(x.mean()) + 3, np.round(y.mean()) - 2])
rows, columns = np.indices((side + 10, side))
canvas = 1 + 0.001 * (centre[0] + columns - side // 2) + 0.002 * (centre[1] + rows - (side + 10) // 2) + 0j
if "--leaves-out" in sys.argv:  # whatever lies above the mean row
    canvas[: (side + 10) // 2] = 0
scale = model["scale"] * (1.5 if "--other-scale" in sys.argv else 1)
np.savez(output / "found.npz", patches=patches, square=np.ones((120, 120), complex), canvas=canvas, centre=centre)
(output / "used.json").write_text(json.dumps({"scale": scale}))
