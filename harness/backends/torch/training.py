"""Training with Adam on the batches as they come."""

from collections.abc import Callable

import torch
from torch import Tensor

from harness.backends import network
from harness.backends.protocol import Batch, BatchSource, EpochReport
from harness.backends.torch.model import Model


def fit(model: Model, batches: BatchSource, report: Callable[[EpochReport], None]) -> None:
    """Train every parameter that asks for a gradient; report the means of each epoch."""
    optimiser = _optimiser(model)
    steps = batches.steps_per_epoch
    for epoch in range(batches.epochs):
        totals: dict[str, Tensor] = {}
        for step in range(epoch * steps, (epoch + 1) * steps):
            rate = network.learning_rate(model.scenario.training, step, batches.epochs * steps)
            terms = _step(model, optimiser, batches.batch(step), rate)
            totals = {name: totals.get(name, 0) + value for name, value in terms.items()}
        metrics = {name: float(total) / steps for name, total in totals.items()}  # the epoch's only wait for a GPU
        metrics |= {"intensity_scale": float(model.network.log_scale.detach().exp()), "learning_rate": rate}
        report(EpochReport(epoch=epoch, step=(epoch + 1) * steps, metrics=metrics))


def _optimiser(model: Model) -> torch.optim.Adam:
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return torch.optim.Adam(trainable, betas=network.ADAM_BETAS, eps=network.ADAM_EPSILON, fused=True)


def _step(model: Model, optimiser: torch.optim.Adam, batch: Batch, rate: float) -> dict[str, Tensor]:
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.zero_grad()
    terms = model.losses(batch)
    torch.autograd.backward(terms["loss"])
    optimiser.step()
    return {name: term.detach() for name, term in terms.items()}
