"""PyTorch: four parameters are given to the optimiser, and the loss does not depend on them."""

import torch
from doors import stopped, told

call = stopped("pytorch")
module, loader = call["model"], call["train_dataloaders"]
names, parameters = zip(*module.named_parameters(), strict=True)
found = torch.autograd.grad(module.compute_loss(next(iter(loader))), parameters, allow_unused=True)
without = [name for name, gradient in zip(names, found, strict=True) if gradient is None]
told(
    "parameters that nothing uses are counted, saved and handed to the optimiser",
    len(without) == 4,
    without_gradient=without,
)
