"""The PyTorch side of PtychoPINN."""

from operator import attrgetter
from unittest.mock import patch

import numpy as np
from front_door import callbacks, groups, stopped

from ptycho_parity import Seen, Setup, TorchPort, loop_settings

PLACES = ("ptycho_torch.workflows.components:run_cdi_example_torch", "lightning.pytorch:Trainer.fit")
TAPS = {
    "padded_obj_2": ("ptycho_torch.helper:reassemble_patches_position_real[0]", "b h w -> b h w 1"),
    "extracted": "ptycho_torch.helper:extract_channels_from_region",
    "exit_wave": ("model.forward_model.probe_illumination[0]", "b c 1 h w -> b h w c"),
    "pred_diff_channels": "ptycho_torch.helper:pad_and_diffract[0]",
}
FIELDS = ("images", "coords_relative", "rms_scaling_constant", "physics_scaling_constant", "experiment_id")
SETTINGS = {
    "N": "data_config.N",
    "nphotons": "data_config.nphotons",
    "probe_scale": "data_config.probe_scale",
    "object_big": "model_config.object_big",
    "probe_mask": "model_config.probe_mask",
    "intensity_scale_trainable": "model_config.intensity_scale_trainable",
    "loss": "torch_loss_mode",
    "accumulation": "accum_steps",
}


def build(setup: Setup) -> TorchPort:
    """The network that upstream's command was about to train."""
    loaded, _, fit = stopped(setup, "pytorch", *PLACES)
    from ptycho_torch.helper import get_padded_size

    network, loader, trainer = fit["model"], fit["train_dataloaders"], fit["self"]
    optimiser, data = network.configure_optimizers()["optimizer"], loader.dataset.container
    fields, probes, _ = next(iter(loader))
    counts = fields["physics_scaling_constant"][0].item()
    settings = {ours: attrgetter(own)(network) for ours, own in SETTINGS.items()}
    settings |= {"gridsize": network.data_config.grid_size[0], "clipping": network.gradient_clip_val or 0.0}
    settings |= {"epochs": trainer.max_epochs, "callbacks": callbacks(trainer.callbacks), "validation_split": 0.0}
    arrays = {
        "groups": groups(loaded, data.nn_indices),
        "input": data.X.numpy(),
        "relative": data.coords_relative.numpy(),
        "targets": data.X.numpy() * counts,
        "probe": probes[0, 0, 0].numpy() / network.model.probe_scale,
        "intensity_scale": np.asarray(counts),
        "canvas": np.asarray(get_padded_size(network.data_config, network.model_config)),
    }

    def inputs(batch):
        images, positions = (np.moveaxis(array, -1, 1) for array in (batch.amplitude, batch.relative))
        return images / setup.intensity_scale, positions, probes[:1].numpy(), np.ones(1), np.ones(1), np.zeros(1, int)

    def loss(output, target):
        images, positions, probe, one, _, ids = target
        batch = dict(zip(FIELDS, (images, positions, one, one * counts, ids), strict=True)), probe, one
        with patch.object(network, "forward", lambda *_, **__: output):  # upstream's loss calls its network by itself
            return network.compute_loss(batch)

    return TorchPort(
        network,
        loss=loss,
        optimiser=optimiser,
        inputs=inputs,
        targets=inputs,
        patches=lambda output: np.moveaxis(output[1] * np.exp(1j * output[2]), 1, -1),
        ignored=("_cached_probe_mask",),
        taps=TAPS,
        slope_at="pred_diff_channels",
        seen=Seen({**settings, **loop_settings(network, optimiser, loader)}, arrays),
    )
