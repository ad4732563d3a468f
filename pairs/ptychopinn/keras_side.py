"""The TensorFlow side of PtychoPINN."""

import keras
import numpy as np
from front_door import callbacks, groups, stopped

from ptycho_parity import KerasPort, Seen, Setup, fit_settings

FLAT = "(b c) h w 1 -> b h w c"
TAPS = {"extracted": ("padded_objs_with_offsets", FLAT), "exit_wave": ("probe_illumination[0]", FLAT)}
KNOWN = {
    "object_big": "object.big",
    "probe_mask": "probe.mask",
    "intensity_scale_trainable": "intensity_scale.trainable",
}


def build(setup: Setup) -> KerasPort:
    """The network that upstream's command was about to train."""
    loaded, train, fit = stopped(setup, "tensorflow", "ptycho.model:train", "keras:Model.fit")
    from ptycho import model, params

    upstream, scale = fit["self"], float(params.get("intensity_scale"))
    settings = {**fit_settings(fit), "callbacks": callbacks(fit["callbacks"])}
    settings |= {name: params.get(name) for name in ("gridsize", "N", "nphotons", "probe_scale")}
    settings |= {name: params.get(own) for name, own in KNOWN.items()}
    settings["loss"] = "poisson" if params.get("nll_weight") else "mae"
    settings |= {"clipping": upstream.optimizer.clipnorm or 0.0, "accumulation": 1}
    arrays = {
        "groups": groups(loaded, train["trainset"].nn_indices),
        "input": np.asarray(fit["x"][0]) / scale,
        "relative": np.asarray(fit["x"][1]),
        "targets": np.asarray(fit["y"][1]),
        "probe": np.asarray(upstream.get_layer("probe_illumination").w)[0, :, :, 0],
        "intensity_scale": np.asarray(scale),
        "canvas": np.asarray(params.get_padded_size()),
    }
    return KerasPort(
        keras.Model(upstream.inputs, [*upstream.outputs, upstream.get_layer("obj").output]),
        loss=lambda target, output: upstream.compute_loss(y=list(target), y_pred=list(output[:3])),
        optimiser=upstream.optimizer,
        inputs=lambda batch: (batch.amplitude, batch.relative),
        targets=lambda batch: (batch.amplitude[..., :1], batch.amplitude, batch.amplitude**2),
        patches=lambda output: output[3],
        hidden={"log_scale": model._get_log_scale()},
        ignored=("padded_objs_with_offsets",),
        taps=TAPS,
        slope_at="pred_diff_channels",
        seen=Seen(settings, arrays),
    )
