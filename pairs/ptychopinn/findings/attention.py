"""PyTorch: attention in the encoder is on by default; the TensorFlow network has none."""

from doors import stopped, told

call = stopped("pytorch")
module, model = call["model"], stopped("tensorflow")["self"]
names = [name for name, _ in module.named_parameters() if "attention" in name]
told(
    "the networks have another structure by default",
    bool(names) and module.model_config.cbam_encoder,
    attention_parameters_on_pytorch=len(names),
    parameters_on_pytorch=sum(parameter.numel() for parameter in module.parameters()),
    parameters_on_tensorflow=model.count_params(),
)
