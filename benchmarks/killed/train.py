"""A training that is cheap and real: the weights of a filter that predicts a pattern from the probe's, by descent.

Beside it runs a loader, in a session of its own, as those of frameworks do.
"""

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np

LOADER = "import time; time.sleep(600)"


def main(data: str, output: Path, epochs: int) -> None:
    arrays = np.load(data)
    with subprocess.Popen([sys.executable, "-c", LOADER], start_new_session=True) as loader:
        weights, losses = trained(arrays["diff3d"].astype(float), np.abs(arrays["probeGuess"]), epochs)
        loader.kill()
    np.save(output / "weights.npy", weights)
    with (output / "history.csv").open("w", newline="") as stream:
        rows = csv.DictWriter(stream, ["loss"])
        rows.writeheader()
        rows.writerows({"loss": loss} for loss in losses)


def trained(patterns: np.ndarray, probe: np.ndarray, epochs: int) -> tuple[np.ndarray, list[float]]:
    """Weights of the powers of the probe's spectrum, and the loss of each epoch."""
    spectrum = np.abs(np.fft.fftshift(np.fft.fft2(probe)))
    features = np.stack([(spectrum / spectrum.max()) ** power for power in (0.25, 0.5, 1.0, 2.0)])
    features = features.reshape(4, -1)
    weights, losses = np.zeros(4), []
    for _ in range(epochs):
        of_epoch = []
        for pattern in patterns:
            error = weights @ features - pattern.ravel() / patterns.max()
            weights -= 0.5 * features @ error / error.size
            of_epoch.append(float(np.mean(error**2)))
        losses.append(float(np.mean(of_epoch)))
    return weights, losses


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
