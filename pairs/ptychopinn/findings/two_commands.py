"""PyTorch has two training commands, and they train two networks: the amplitude's activation and the merging differ."""

import contextlib
import dataclasses
import sys
import tempfile
from typing import Any
from unittest.mock import patch

import lightning.pytorch as lightning
from doors import patterns, stopped, told
from ptycho_torch.train import cli_main

kept = {}


def keep(_: lightning.Trainer, model: Any, *__: object, **___: object) -> None:
    """In place of the training: keep what would be trained, and end the command."""
    kept.update(dataclasses.asdict(model.model_config))
    raise KeyboardInterrupt


shared = dataclasses.asdict(stopped("pytorch")["model"].model_config)
sys.argv = [
    "train.py", "--train_data_file", patterns(), "--output_dir", tempfile.mkdtemp(), "--n_images", "32",
    "--gridsize", "1", "--batch_size", "4", "--max_epochs", "2", "--accelerator", "cpu", "--quiet",
]  # fmt: skip

with patch.object(lightning.Trainer, "fit", keep), contextlib.suppress(KeyboardInterrupt, SystemExit):
    cli_main()
other = {name: (shared[name], kept[name]) for name in kept if str(shared[name]) != str(kept[name])}
told(
    "ptycho_torch.train and scripts.training.train --backend pytorch build other networks from the same flags",
    {"amp_activation", "object_big"} <= {*other},
    **{name: f"{one} in scripts.training.train, {two} in ptycho_torch.train" for name, (one, two) in other.items()},
)
