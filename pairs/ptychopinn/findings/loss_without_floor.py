"""PyTorch's Poisson loss has no floor: where no intensity is predicted and photons were counted, it is infinite."""

import torch
from doors import told
from ptycho_torch.model import PoissonLoss

predicted = torch.tensor([[[[0.0, 2.0], [1.0, 3.0]]]], requires_grad=True)
loss = PoissonLoss()(predicted, torch.tensor([[[[1.0, 2.0], [1.0, 3.0]]]])).mean()
loss.backward()
told(
    "one pixel outside a group's canvas makes the loss infinite and every weight NaN after a step",
    bool(torch.isinf(loss)) and not bool(torch.isfinite(predicted.grad).all()),
    loss=float(loss),
    gradient=predicted.grad.flatten().tolist(),
)
