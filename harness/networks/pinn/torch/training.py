"""The training loop with Adam."""

from collections.abc import Callable

import torch
from torch import Tensor

from harness.arrays import Weights
from harness.networks.pinn.torch.model import Model
from harness.networks.pinn.torch.weights import canonical_array, canonical_name, tensor, trainable
from harness.ports.protocol import Batch, BatchSource, EpochReport


def fit(
    model: Model,
    optimiser: torch.optim.Optimizer,
    batches: BatchSource,
    report: Callable[[EpochReport], None],
    first: int = 0,
) -> None:
    """Train every parameter with `requires_grad` on the batches in order; report the mean losses of each epoch.

    `first`: the step to begin with, which is the first of an epoch.
    """
    steps = batches.steps_per_epoch
    for epoch in range(first // steps, batches.epochs):
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


@torch.no_grad()
def restore(model: Model, optimiser: torch.optim.Optimizer, moments: Weights, step: int) -> None:
    """Give a fresh optimiser the moments that it had after `step` steps, as `moments` returned them.

    Each gets the strides of its parameter: a fused optimiser walks through both alike, without a look at them.
    """
    kept = {
        place: {
            "step": torch.tensor(float(step)),
            "exp_avg": torch.empty_like(weight).copy_(tensor(moments[f"{canonical_name(name)}.first_moment"])),
            "exp_avg_sq": torch.empty_like(weight).copy_(tensor(moments[f"{canonical_name(name)}.second_moment"])),
        }
        for place, (name, weight) in enumerate(trainable(model.network).items())
    }
    optimiser.load_state_dict({**optimiser.state_dict(), "state": kept})


def _step(model: Model, optimiser: torch.optim.Optimizer, batch: Batch, rate: float) -> dict[str, Tensor]:
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.zero_grad()
    terms = model.losses(batch)
    torch.autograd.backward(terms["loss"])
    optimiser.step()
    return {name: term.detach() for name, term in terms.items()}
