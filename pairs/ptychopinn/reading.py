"""What the commands of PtychoPINN leave, by the names that the harness knows."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

BUNDLE, PARAMETERS = "wts.h5.zip", "diffraction_to_obj/params.dill"
TORCH_LOSS = "poisson_train_loss_epoch"


def tensorflow(folder: Path, stage: str) -> dict[str, Any]:
    """The history of Keras and the scale of the bundle, or what was drawn."""
    if stage == "infer":
        return drawn(folder)
    history = json.loads((folder / "history.json").read_text())
    return {f"history.{name}": values for name, values in history.items()} | {"scale": scale(folder)}


def pytorch(folder: Path, stage: str) -> dict[str, Any]:
    """The CSV log of Lightning and the scale of the bundle, or what was drawn."""
    if stage == "infer":
        return drawn(folder)
    (log,) = folder.glob("lightning_logs/*/metrics.csv")
    with log.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    epochs = [row for row in rows if row[TORCH_LOSS]]
    rates = {row["epoch"]: float(row["learning_rate"]) for row in rows if row["learning_rate"]}
    return {
        "history.loss": [float(row[TORCH_LOSS]) for row in epochs],
        "history.step": [int(row["step"]) + 1 for row in epochs],
        "history.learning_rate": [rates[row["epoch"]] for row in epochs],
        "scale": scale(folder),
    }


def scale(folder: Path) -> float:
    """The intensity scale that the bundle keeps."""
    import dill

    with zipfile.ZipFile(folder / BUNDLE) as bundle:
        parameters = dill.load(io.BytesIO(bundle.read(PARAMETERS)))  # noqa: S301 - the command has just written it
    return float(parameters["intensity_scale"])


def drawn(folder: Path) -> dict[str, Any]:
    """The picture and where it lies; the patches in the order of the patterns, where each pattern has one.

    Both commands give the middle pixel [size // 2, size // 2] of their canvas the mean position of what they stitch.
    """
    with np.load(folder / "drawn.npz") as found:
        left = dict(found)
    told = {"canvas": left["canvas"], "canvas_centre": left["at"].mean(0), "scale_used": left["scale"]}
    order = one_of_each(left["at"], left["positions"])
    return told if order is None else told | {"patches": left["patches"][order]}


def one_of_each(at: np.ndarray, positions: np.ndarray) -> np.ndarray | None:
    """(M,) which patch lies at the position of each pattern; None where they are not one of each."""
    if len(at) != len(positions):
        return None
    nearest = np.linalg.norm(positions[:, None] - at, axis=2).argmin(1)
    return nearest if len(set(nearest)) == len(positions) else None
