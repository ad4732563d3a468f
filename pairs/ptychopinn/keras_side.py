"""The TensorFlow side of PtychoPINN."""

import keras
import numpy as np
import tensorflow as tf
from front_door import groups, stopped

from ptycho_parity import KerasPort, Seen, Setup, fit_settings

TAPS = {
    "extracted": ("padded_objs_with_offsets", "(b c) h w 1 -> b h w c"),
    "exit_wave": ("probe_illumination[0]", "(b c) h w 1 -> b h w c"),
}


def build(setup: Setup) -> KerasPort:
    """The network that upstream's command was about to train."""
    loaded, train, fit = stopped(setup, "tensorflow", "ptycho.model:train", "keras:Model.fit")
    from ptycho import model, params

    upstream, data = fit["self"], train["trainset"]
    network = keras.Model(upstream.inputs, [*upstream.outputs, upstream.get_layer("obj").output])
    scale = float(params.get("intensity_scale"))
    probe = upstream.get_layer("probe_illumination")
    settings = {
        "gridsize": params.get("gridsize"), "N": params.get("N"), "nphotons": params.get("nphotons"),
        "probe_scale": params.get("probe_scale"), "object_big": params.get("object.big"),
        "probe_mask": params.get("probe.mask"), "intensity_scale_trainable": params.get("intensity_scale.trainable"),
        "callbacks": ", ".join(type(callback).__name__ for callback in fit["callbacks"]),
    }  # fmt: skip
    seen = Seen(
        {**fit_settings(fit), **settings},
        {
            "groups": groups(loaded, data.nn_indices), "input": np.asarray(fit["x"][0]) / scale,
            "relative": np.asarray(fit["x"][1]), "targets": np.asarray(fit["y"][1]),
            "probe": np.asarray(probe.w)[0, :, :, 0], "intensity_scale": np.asarray(scale),
            "canvas": np.asarray(params.get_padded_size()),
        },
    )  # fmt: skip
    return KerasPort(
        network,
        loss=lambda target, output: upstream.compute_loss(y=list(target), y_pred=list(output[:3])),
        optimiser=upstream.optimizer,
        inputs=lambda batch: (batch.amplitude, batch.relative),
        targets=lambda batch: (batch.amplitude[..., :1], batch.amplitude, batch.amplitude**2),
        patches=lambda output: output[3],
        taps=TAPS, ignored=("padded_objs_with_offsets",), slope_at="pred_diff_channels", hidden={"log_scale": model._get_log_scale()}, seen=seen,
    )  # fmt: skip
