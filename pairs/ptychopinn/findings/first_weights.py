"""TensorFlow starts kernels from Glorot's distribution and biases at zero, PyTorch from Kaiming's and not at zero."""

import numpy as np
from doors import stopped, told

call, model = stopped("pytorch"), stopped("tensorflow")["self"]
module = call["model"]
theirs, mine = module.model.autoencoder.encoder.blocks[1].conv1, model.get_layer("conv2d_2")
figures = {
    "kernel_deviation_on_tensorflow": float(np.asarray(mine.kernel).std()),
    "kernel_deviation_on_pytorch": float(theirs.weight.std()),
    "largest_bias_on_tensorflow": float(np.abs(np.asarray(mine.bias)).max()),
    "largest_bias_on_pytorch": float(theirs.bias.abs().max()),
}
told(
    "the trainings start from weights of another size",
    figures["largest_bias_on_tensorflow"] != figures["largest_bias_on_pytorch"],
    **figures,
)
