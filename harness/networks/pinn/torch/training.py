"""The training loop with Adam."""

from collections.abc import Callable

import torch
from torch import Tensor

from harness.arrays import Weights
from harness.networks.pinn.torch.model import Model
from harness.networks.pinn.torch.weights import canonical_array, canonical_name, trainable
from harness.ports.protocol import Batch, BatchSource, EpochReport


def fit(
    model: Model, optimiser: torch.optim.Optimizer, batches: BatchSource, report: Callable[[EpochReport], None]
) -> None:
    """Train every parameter with `requires_grad` on the batches in order; report the mean losses of each epoch."""
    steps = batches.steps_per_epoch
    for epoch in range(batches.epochs):
        totals: dict[str, Tensor] = {}
        for step in range(epoch * steps, (epoch + 1) * steps):
            rate = model.rules.learning_rate(model.scenario.optimiser, step, batches.epochs * steps)
            terms = _step(model, optimiser, batches.batch(step), rate)
            totals = {name: totals.get(name, 0) + value for name, value in terms.items()}
        metrics = {name: float(total) / steps for name, total in totals.items()}  # waits for the GPU, once an epoch
        metrics |= {"intensity_scale": float(model.network.log_scale.detach().exp()), "learning_rate": rate}
        report(EpochReport(epoch=epoch, step=(epoch + 1) * steps, metrics=metrics))


def optimiser(model: Model) -> torch.optim.Adam:
    """Adam for every parameter with `requires_grad`."""
    return torch.optim.Adam(
        trainable(model.network).values(), betas=model.rules.adam_betas, eps=model.rules.adam_epsilon, fused=True
    )


def moments(model: Model, optimiser: torch.optim.Optimizer) -> Weights:
    """Adam's two moments of every trained parameter, canonical names and layout."""
    return {
        f"{canonical_name(name)}.{moment}": canonical_array(optimiser.state[parameter][key])
        for name, parameter in trainable(model.network).items()
        for moment, key in (("first_moment", "exp_avg"), ("second_moment", "exp_avg_sq"))
    }


def _step(model: Model, optimiser: torch.optim.Optimizer, batch: Batch, rate: float) -> dict[str, Tensor]:
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.zero_grad()
    terms = model.losses(batch)
    torch.autograd.backward(terms["loss"])
    optimiser.step()
    return {name: term.detach() for name, term in terms.items()}
