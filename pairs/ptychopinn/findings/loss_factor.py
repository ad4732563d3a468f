"""The slope of the loss at the same predicted amplitudes: PyTorch's is N * N * C / mean(input) times TensorFlow's.

What is left of the values when that factor is taken out is the logarithm of the factorial, a constant.
"""

import numpy as np
import tensorflow as tf
import torch
from doors import PHOTONS, stopped, told

call = stopped("pytorch")
module, loader = call["model"], call["train_dataloaders"]
fields, probe, scaling = next(iter(loader))
counts = fields["physics_scaling_constant"][:1]
amplitude = fields["images"] * 0.8 + 0.05
own = amplitude.clone().requires_grad_()
module.forward = lambda *_, **__: (own, None, None)
value = module.compute_loss((fields, probe, scaling))
[slope] = torch.autograd.grad(value, own)
keras_model = stopped("tensorflow")["self"]
scale = float(counts.item())
measured, predicted = (tf.constant(np.moveaxis(part.numpy(), 1, -1)) for part in (fields["images"], amplitude))
with tf.GradientTape() as tape:
    tape.watch(predicted)
    counted, expected = (measured * scale) ** 2, (predicted * scale) ** 2
    other = keras_model.compute_loss(
        y=[measured, measured * scale, counted], y_pred=[predicted, predicted * scale, expected]
    )
theirs = np.moveaxis(tape.gradient(other, predicted).numpy(), -1, 1)
factor = float((slope.numpy() * theirs).sum() / (theirs**2).sum())
closed = 64 * 64 / float(fields["images"].mean())
left = float(value) / closed - float(other)
factorial = float(torch.lgamma((fields["images"] * scale) ** 2 + 1).mean())
told(
    "the losses differ by a factor that depends on the batch, and by the logarithm of the factorial",
    abs(factor / closed - 1) < 1e-3 and abs(left / factorial - 1) < 1e-2,
    photons=PHOTONS,
    slope_over_slope=factor,
    pixels_over_mean_input=closed,
    value_left_without_the_factor=left,
    mean_log_factorial=factorial,
)
