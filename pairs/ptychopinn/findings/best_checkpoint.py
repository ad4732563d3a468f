"""PyTorch watches a metric that nothing logs, so that it keeps its last state and never its best."""

from doors import stopped, told
from lightning.pytorch.callbacks import ModelCheckpoint

fit = stopped("pytorch")
trainer = fit["self"]
trainer.fit(fit["model"], fit["train_dataloaders"])
(checkpoint,) = [callback for callback in trainer.callbacks if isinstance(callback, ModelCheckpoint)]
told(
    "the metric that chooses the best checkpoint does not exist",
    checkpoint.monitor not in trainer.callback_metrics and checkpoint.best_model_path == "",
    watched=checkpoint.monitor,
    logged=sorted(trainer.callback_metrics),
    best=checkpoint.best_model_path or "none",
)
