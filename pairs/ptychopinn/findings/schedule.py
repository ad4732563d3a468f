"""TensorFlow halves its learning rate on a plateau and may stop early, on 95 % of the groups; PyTorch does neither."""

from doors import stopped, told

tensorflow, torch = stopped("tensorflow"), stopped("pytorch")
names = [type(callback).__name__ for callback in tensorflow["callbacks"]]
module = torch["model"]
told(
    "the trainings of the two workflows follow other rules",
    {"ReduceLROnPlateau", "EarlyStopping"} <= {*names} and "lr_scheduler" not in module.configure_optimizers(),
    callbacks_on_tensorflow=names,
    callbacks_on_pytorch=[type(callback).__name__ for callback in torch["self"].callbacks],
    scheduler_on_pytorch=module.training_config.scheduler,
)
