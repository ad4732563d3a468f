"""The PyTorch side of PtychoPINN."""

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


def build(setup: Setup) -> TorchPort:
    """The network that upstream's command was about to train."""
    loaded, _, fit = stopped(setup, "pytorch", *PLACES)
    from ptycho_torch.helper import get_padded_size

    network, loader = fit["model"], fit["train_dataloaders"]
    model, dataset, data = network.model_config, network.data_config, loader.dataset.container
    optimiser = network.configure_optimizers()["optimizer"]
    fields, probes, _ = next(iter(loader))
    counts = fields["physics_scaling_constant"][0].item()
    settings = {**loop_settings(network, optimiser, loader), "callbacks": callbacks(fit["self"].callbacks)}
    settings |= {name: getattr(dataset, name) for name in ("N", "nphotons", "probe_scale")}
    settings |= {name: getattr(model, name) for name in ("object_big", "probe_mask", "intensity_scale_trainable")}
    settings |= {"loss": network.torch_loss_mode, "clipping": network.gradient_clip_val or 0.0}
    settings |= {"accumulation": network.accum_steps, "gridsize": dataset.grid_size[0]}
    settings |= {"epochs": fit["self"].max_epochs, "validation_split": 0.0}
    arrays = {
        "groups": groups(loaded, data.nn_indices),
        "input": data.X.numpy(),
        "relative": data.coords_relative.numpy(),
        "targets": data.X.numpy() * counts,
        "probe": probes[0, 0, 0].numpy() / network.model.probe_scale,
        "intensity_scale": np.asarray(counts),
        "canvas": np.asarray(get_padded_size(dataset, model)),
    }

    def inputs(batch):
        images, positions = (np.moveaxis(array, -1, 1) for array in (batch.amplitude, batch.relative))
        one, B = np.ones((len(images), 1, 1, 1)), len(images)
        return images / setup.intensity_scale, positions, probes[:1].numpy().repeat(B, 0), one, one, np.zeros(B, int)

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
        seen=Seen(settings, arrays),
    )
