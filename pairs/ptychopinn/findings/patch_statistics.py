"""What PyTorch logs as statistics of patches is no predicted patch: all ones while it trains, then one whole canvas."""

import sys
import tempfile
from unittest.mock import patch

import torch
from doors import patterns, told
from ptycho_torch import inference, train
from ptycho_torch.model import PtychoPINN
from ptycho_torch.patch_stats_instrumentation import PatchStatsLogger

file, model, logged, predicted = patterns(), tempfile.mkdtemp(), {}, []
plain = PtychoPINN.forward_predict


def logging(_: object, amplitude: torch.Tensor, phase: str, **__: int) -> None:
    """Keep what is logged."""
    logged[phase] = amplitude


def predicting(self: PtychoPINN, *given: torch.Tensor) -> torch.Tensor:
    """Keep what the network predicts."""
    predicted.append(plain(self, *given))
    return predicted[-1]


def run(command: object, *flags: str) -> None:
    """One of the two commands, as a user types it, with the statistics switched on."""
    sys.argv = ["command", *flags, "--accelerator", "cpu", "--log-patch-stats", "--quiet"]
    command()


with patch.object(PatchStatsLogger, "log_batch", logging), patch.object(PtychoPINN, "forward_predict", predicting):
    run(
        train.cli_main, "--train_data_file", file, "--output_dir", model, "--n_images", "32", "--gridsize", "1",
        "--batch_size", "16", "--max_epochs", "1",
    )  # fmt: skip
    run(
        inference.cli_main, "--model_path", model, "--test_data", file, "--output_dir", tempfile.mkdtemp(),
        "--n_images", "32",
    )  # fmt: skip
training, drawn, patches = logged["train"], logged["inference"], predicted[-1].abs()
figures = {
    name: (tuple(values.shape), float(values.mean()), float(values.var()))
    for name, values in (("logged in training", training), ("logged in inference", drawn), ("predicted", patches))
}
told(
    "the variance of patches is 0 whatever the network predicts, and the mean of patches is that of the canvas",
    float(training.var()) == 0 and len(drawn) == 1 and drawn.shape[-1] != patches.shape[-1],
    **figures,
)
