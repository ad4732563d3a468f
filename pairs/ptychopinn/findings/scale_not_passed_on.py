"""PyTorch: `intensity_scale_trainable` is asked for and not passed on; if it were, the parameter would not be found."""

from dataclasses import replace

from doors import stopped, told

call = stopped("pytorch", intensity_scale_trainable=True)
module = call["model"]
from ptycho_torch.model import IntensityScalerModule  # noqa: E402

scaler = IntensityScalerModule(replace(module.model_config, intensity_scale_trainable=True))
is_module = hasattr(scaler, "parameters")
told(
    "the option ends before the PyTorch model, whose scaler is no nn.Module and hides its parameter",
    not module.model_config.intensity_scale_trainable and not is_module,
    asked=True,
    in_force=module.model_config.intensity_scale_trainable,
    scaler_is_a_module=is_module,
    scale_in_parameters=any("log_scale" in name for name, _ in module.named_parameters()),
    its_start=float(scaler.log_scale.exp()),
)
