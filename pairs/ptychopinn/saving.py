"""Runs one of PtychoPINN's own commands, and saves the numbers that it would only draw or drop.

Both inference commands leave PNG pictures and nothing else, whose values are rounded and scaled for the eye. The
training command of TensorFlow drops its history. So the function that stitches, or that is given the results, is
wrapped: the command runs as it is, and what went into the function and came out of it lies in its output folder as
well.

    python saving.py tensorflow_train|tensorflow_infer|pytorch_infer FLAGS OF THE COMMAND
"""

import importlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

HISTORY, DRAWN = "history.json", "drawn.npz"
COMMANDS = {
    "tensorflow_train": ("scripts.training.train:main", "scripts.training.train:save_outputs"),
    "tensorflow_infer": ("scripts.inference.inference:main", "ptycho.tf_helper:reassemble_position"),
    "pytorch_infer": ("ptycho_torch.inference:cli_main", "ptycho_torch.helper:reassemble_patches_position_real"),
}
"""Command -> its function, and the function that is wrapped."""


def main() -> None:
    """Run the command in its output folder, since its logs are left where it is started."""
    name, *flags = sys.argv[1:]
    sys.argv = [name, *flags]
    os.chdir(flag("--output_dir"))
    command, wrapped = (place.split(":") for place in COMMANDS[name])
    run = getattr(importlib.import_module(command[0]), command[1])
    module = importlib.import_module(wrapped[0])
    setattr(module, wrapped[1], followed(getattr(module, wrapped[1]), globals()[name]))
    sys.exit(run())


def followed(function: Callable[..., Any], save: Callable[..., None]) -> Callable[..., Any]:
    """The function, after which its result and its arguments are saved."""

    def call(*arguments: Any, **others: Any) -> Any:
        result = function(*arguments, **others)
        save(result, *arguments)
        return result

    return call


def flag(name: str) -> str:
    """The value of a flag of the command line."""
    return sys.argv[sys.argv.index(name) + 1]


def tensorflow_train(_: Any, *given: Any) -> None:
    """The history by epoch, with the steps until then."""
    results = given[2]
    history = {name: [float(value) for value in values] for name, values in results["history"].items()}
    epochs, steps = len(history["loss"]), int(results["model_instance"].optimizer.iterations)
    history["step"] = [steps * (epoch + 1) / epochs for epoch in range(epochs)]
    Path(HISTORY).write_text(json.dumps(history), encoding="utf-8")


def tensorflow_infer(picture: Any, patches: Any, offsets: Any) -> None:
    """The offsets are the positions of the groups themselves; the middle of the canvas is their mean."""
    save(np.asarray(picture)[..., 0], np.asarray(patches)[..., 0], np.asarray(offsets)[:, 0, :, 0])


def pytorch_infer(result: Any, patches: Any, offsets: Any, *_: Any) -> None:
    """The offsets are the distances from the mean position of the first patterns of the file, which are drawn.

    The network itself stitches by the same function while it trains; the last call is the one that is drawn.
    """
    found = patches.reshape(-1, *patches.shape[-2:]).cpu().numpy()
    distances = offsets.reshape(-1, 2).cpu().numpy()
    x, y = positions().T
    copies = max(1, len(found) // len(x))
    drawn = np.stack([x, y], 1)[: len(found) // copies]
    save(result[0][0].cpu().numpy(), found, distances + drawn.mean(0))


def save(picture: np.ndarray, patches: np.ndarray, at: np.ndarray) -> None:
    """What is drawn, of which patches (K, N, N) at which positions (K, 2), and the scale that was read back."""
    from ptycho import params

    scale = np.asarray(float(params.cfg["intensity_scale"]))
    np.savez(DRAWN, canvas=picture, patches=patches, at=at, positions=positions(), scale=scale)


def positions() -> np.ndarray:
    """(M, 2) the positions [x, y] of all patterns of the file."""
    with np.load(flag("--test_data")) as data:
        return np.stack([data["xcoords"], data["ycoords"]], 1)


if __name__ == "__main__":
    main()
