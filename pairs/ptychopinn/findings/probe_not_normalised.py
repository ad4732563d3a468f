"""The PyTorch workflow is fed the probe of the file as it is; the TensorFlow one divides it by 4 times its mean."""

import numpy as np
from doors import stopped, told

tensorflow, torch = stopped("tensorflow"), stopped("pytorch")
mine = np.asarray(tensorflow["self"].get_layer("probe_illumination").w)[0, :, :, 0]
loader, model = torch["train_dataloaders"], torch["model"].model
theirs = next(iter(loader))[1][0, 0, 0].numpy() / model.probe_scale
ratio = np.abs(theirs).mean() / np.abs(mine).mean()
told(
    "the same file gives the two networks probes of another size",
    abs(ratio - 1) > 1e-3,
    mean_on_tensorflow=np.abs(mine).mean(),
    mean_on_pytorch=np.abs(theirs).mean(),
    pytorch_over_tensorflow=ratio,
)
