"""Neither Poisson loss has a floor: where no intensity is predicted and photons were counted, it is infinite."""

import tensorflow as tf
import torch
from doors import told
from ptycho.model import negloglik
from ptycho_torch.model import PoissonLoss

predicted = torch.tensor([[[[0.0, 2.0], [1.0, 3.0]]]], requires_grad=True)
loss = PoissonLoss()(predicted, torch.tensor([[[[1.0, 2.0], [1.0, 3.0]]]])).mean()
loss.backward()
intensity, counted = tf.Variable([0.0, 4.0, 1.0]), tf.constant([1.0, 4.0, 1.0])
with tf.GradientTape() as tape:
    other = tf.reduce_mean(negloglik(counted, intensity))
slope = tape.gradient(other, intensity).numpy()
told(
    "one pixel for which nothing is predicted makes the loss infinite, and every weight NaN after a step",
    not any(map(bool, (torch.isfinite(loss), torch.isfinite(predicted.grad).all(), tf.math.is_finite(other)))),
    loss_on_pytorch=float(loss),
    gradient_on_pytorch=predicted.grad.flatten().tolist(),
    loss_on_tensorflow=float(other),
    gradient_on_tensorflow=slope.tolist(),
)
