"""One patch alone, merged onto its canvas: PyTorch keeps its middle half, TensorFlow divides the border by 0.001."""

import numpy as np
import tensorflow as tf
import torch
from doors import stopped, told

layer = stopped("tensorflow")["self"].get_layer("padded_obj_2")
call = stopped("pytorch")
module = call["model"]
from ptycho_torch.helper import reassemble_patches_position_real  # noqa: E402

patch = np.ones((1, 64, 64, 1), np.complex64)
mine = np.asarray(layer([tf.constant(patch), tf.zeros((1, 1, 2, 1))]))[0, 5:-5, 5:-5, 0]
theirs, _, _ = reassemble_patches_position_real(
    torch.from_numpy(np.moveaxis(patch, -1, 1)), torch.zeros(1, 1, 1, 2), module.data_config, module.model_config
)
border = np.ones((64, 64), bool)
border[16:48, 16:48] = False
told(
    "outside the middle half of a patch the merged objects have nothing to do with each other",
    np.abs(mine[border]).mean() > 100 and np.abs(theirs[0].numpy()[border]).mean() < 1e-3,
    mean_of_a_patch_of_ones_in_the_middle_on_tensorflow=np.abs(mine[~border]).mean(),
    in_the_middle_on_pytorch=np.abs(theirs[0].numpy()[~border]).mean(),
    in_the_border_on_tensorflow=np.abs(mine[border]).mean(),
    in_the_border_on_pytorch=np.abs(theirs[0].numpy()[border]).mean(),
)
