"""A flag that is given as False is True: `type=bool` makes every text but the empty one true."""

from doors import stopped, told

call = stopped("pytorch", object_big=False, probe_mask=False)
model = call["model"].model_config
told(
    "--object_big False and --probe_mask False switch both on",
    bool(model.object_big) and bool(model.probe_mask),
    object_big=model.object_big,
    probe_mask=model.probe_mask,
)
