"""The last decoder splits its channels at 4 on TensorFlow, and at the number of patterns of a group on PyTorch."""

from doors import stopped, told

shapes = {}
for gridsize in (1, 2):
    model, call = stopped("tensorflow", gridsize)["self"], stopped("pytorch", gridsize)
    module = call["model"]
    head = module.model.autoencoder.decoder_amp.amp
    shapes[f"tensorflow_gridsize_{gridsize}"] = tuple(model.get_layer("conv2d_6").kernel.shape)
    shapes[f"pytorch_gridsize_{gridsize}"] = tuple(head.conv1.weight.permute(2, 3, 1, 0).shape)
told(
    "the heads have other shapes at gridsize 1",
    shapes["tensorflow_gridsize_1"] != shapes["pytorch_gridsize_1"],
    **shapes,
)
