"""A training as a command: learns the level of the amplitude, and leaves its history as text."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np

data, output, epochs = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
if "--leaves-a-process" in sys.argv:  # which holds the output of this one
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"], start_new_session=True)
if "--fails" in sys.argv:
    sys.exit("no training today")
patterns = np.load(data)
level = float(np.sqrt((patterns["diff3d"] ** 2).sum(axis=(1, 2)).mean() / (np.abs(patterns["probeGuess"]) ** 2).sum()))
(output / "model.json").write_text(json.dumps({"level": level, "patterns": len(patterns["diff3d"]), "scale": 7.5}))
with (output / "history.csv").open("w", newline="") as stream:
    rows = csv.DictWriter(stream, ["loss"])
    rows.writeheader()
    rows.writerows({"loss": 1 / (1 + epoch)} for epoch in range(epochs))
