"""Settings of a training with PyTorch, read from what a workflow was about to train with."""

from typing import Any

import torch
from torch.utils.data import RandomSampler

from harness.ports.contract import Value
from harness.toolkits.torch import optimisers


def loop_settings(
    model: torch.nn.Module, optimiser: torch.optim.Optimizer | None = None, loader: Any = None
) -> dict[str, Value]:
    """What a loop over a loader is about to do.

    Args:
        model: the module that is to be trained.
        optimiser: its optimiser, where there is one already.
        loader: a `torch.utils.data.DataLoader`.

    Returns:
        `parameters`; of a loader `batch_size` and `shuffle`; the constants of the optimiser.
    """
    settings: dict[str, Value] = {"parameters": sum(parameter.numel() for parameter in model.parameters())}
    if loader is not None:
        settings |= {"batch_size": loader.batch_size, "shuffle": isinstance(loader.sampler, RandomSampler)}
    return settings if optimiser is None else settings | optimisers.options(optimiser)
