import numpy as np
import torch
import workflow

from ptycho_parity import Seen, TorchPort, loop_settings, stopped_at


def build(setup):
    call = stopped_at("workflow:fit", lambda: workflow.main(setup.data, **setup.options))
    model, loader, optimiser = call["model"], call["loader"], call["optimiser"]
    patterns = loader.dataset.tensors[0].numpy()
    fed = {"groups": np.arange(len(patterns))[:, None], "input": np.moveaxis(patterns, 1, -1)}
    seen = Seen(loop_settings(model, optimiser, loader), fed)
    return TorchPort(model, loss=torch.nn.functional.mse_loss, optimiser=optimiser, seen=seen)
