"""Adam has epsilon 1e-7 on TensorFlow, added before the bias is corrected, and 1e-8 on PyTorch, added behind it."""

from doors import stopped, told

call, adam = stopped("pytorch"), stopped("tensorflow")["self"].optimizer
module = call["model"]
other = module.configure_optimizers()["optimizer"].param_groups[0]["eps"]
told(
    "the constants of the optimiser differ", adam.epsilon != other, epsilon_on_tensorflow=adam.epsilon, on_pytorch=other
)
