"""TensorFlow keeps 5 % of the groups for validation; PyTorch trains on all of them and validates nothing."""

from doors import stopped, told

tensorflow, torch = stopped("tensorflow"), stopped("pytorch")
told(
    "the same command trains the two networks on another number of groups",
    tensorflow["validation_split"] == 0.05 and torch["val_dataloaders"] is None,
    groups_that_tensorflow_trains_on=int(len(tensorflow["x"][0]) * (1 - tensorflow["validation_split"])),
    groups_that_pytorch_trains_on=len(torch["train_dataloaders"].dataset),
)
