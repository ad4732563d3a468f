"""TensorFlow: the intensity scale is asked to be trained, has a gradient, and is in no list of what is trained."""

import numpy as np
import tensorflow as tf
from doors import stopped, told

call = stopped("tensorflow")
model, x, y = call["self"], call["x"], call["y"]
from ptycho import model as upstream  # noqa: E402
from ptycho import params  # noqa: E402

scale = upstream._get_log_scale()
with tf.GradientTape() as tape:
    loss = model.compute_loss(y=[part[:4] for part in y], y_pred=model([part[:4] for part in x], training=True))
gradient, before = float(tape.gradient(loss, scale)), float(scale)
listed = any(variable is scale for variable in model.trainable_variables)
model.train_on_batch([part[:4] for part in x], [part[:4] for part in y])
told(
    "a tf.Variable in a layer of Keras 3 is not tracked, so the optimiser never sees log_scale",
    not listed and float(scale) == before and gradient != 0 and params.get("intensity_scale.trainable"),
    asked_to_be_trained=params.get("intensity_scale.trainable"),
    gradient=gradient,
    among_the_trainable_variables=listed,
    change_in_a_step=float(np.abs(float(scale) - before)),
)
