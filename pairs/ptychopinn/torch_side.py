"""The PyTorch side of PtychoPINN."""

from unittest.mock import patch

import numpy as np
import torch
from front_door import groups, stopped

from ptycho_parity import Seen, Setup, TorchPort, loop_settings

HELPER = "ptycho_torch.helper"
TAPS = {
    "padded_obj_2": (f"{HELPER}:reassemble_patches_position_real[0]", "b h w -> b h w 1"),
    "extracted": f"{HELPER}:extract_channels_from_region",
    "exit_wave": ("model.forward_model.probe_illumination[0]", "b c 1 h w -> b h w c"),
    "pred_diff_channels": f"{HELPER}:pad_and_diffract[0]",
}


def build(setup: Setup) -> TorchPort:
    """The network that upstream's command was about to train."""
    places = ("ptycho_torch.workflows.components:run_cdi_example_torch", "lightning.pytorch:Trainer.fit")
    loaded, _, fit = stopped(setup, "pytorch", *places)
    network, loader = fit["model"], fit["train_dataloaders"]
    data, optimiser = loader.dataset.container, network.configure_optimizers()["optimizer"]
    from ptycho_torch.helper import get_padded_size

    fields, probe, _ = next(iter(loader))
    counts = fields["physics_scaling_constant"][0].item()
    of_model, of_data = network.model_config, network.data_config
    settings = {
        "gridsize": of_data.grid_size[0], "N": of_data.N, "nphotons": of_data.nphotons, "epochs": fit["self"].max_epochs,
        "probe_scale": of_data.probe_scale, "object_big": of_model.object_big, "probe_mask": of_model.probe_mask,
        "intensity_scale_trainable": of_model.intensity_scale_trainable, 
        "callbacks": ", ".join(type(callback).__name__ for callback in fit["self"].callbacks), "validation_split": 0.0,
    }  # fmt: skip
    seen = Seen(
        {**settings, **loop_settings(network, optimiser, loader)},
        {
            "groups": groups(loaded, data.nn_indices), "input": data.X.numpy(), "relative": data.coords_relative.numpy(),
            "targets": data.X.numpy() * counts, "probe": probe[0, 0, 0].numpy() / network.model.probe_scale,
            "intensity_scale": np.asarray(counts), "canvas": np.asarray(get_padded_size(of_data, of_model)),
        },
    )  # fmt: skip

    def inputs(batch):
        one, probes = np.ones((len(batch.amplitude), 1, 1, 1)), probe[:1].numpy().repeat(len(batch.amplitude), 0)
        images = np.moveaxis(batch.amplitude / setup.intensity_scale, -1, 1)
        positions = np.moveaxis(batch.relative, -1, 1)
        return images, positions, probes, one, one, np.zeros(len(images), np.int64)

    def loss(output, target):
        images, positions, probes, one, _, ids = target
        known = {"images": images, "coords_relative": positions, "experiment_id": ids, "rms_scaling_constant": one}
        batch = ({**known, "physics_scaling_constant": one * counts}, probes, one)
        with patch.object(network, "forward", lambda *_, **__: output):
            return network.compute_loss(batch)

    return TorchPort(
        network, loss=loss, optimiser=optimiser, inputs=inputs, targets=inputs, taps=TAPS, slope_at="pred_diff_channels", ignored=("_cached_probe_mask",), seen=seen,
        patches=lambda output: np.moveaxis(output[1] * np.exp(1j * output[2]), 1, -1),
    )  # fmt: skip
