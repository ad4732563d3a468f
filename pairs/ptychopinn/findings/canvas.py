"""The canvas on which a group is merged has another size on each side, and PyTorch's is none that the groups need."""

from doors import stopped, told

sizes = {}
for gridsize in (1, 2):
    stopped("tensorflow", gridsize)
    from ptycho import params

    sizes[f"tensorflow_gridsize_{gridsize}"] = params.get_padded_size()
    torch = stopped("pytorch", gridsize)
    from ptycho_torch.helper import get_padded_size

    module = torch["model"]
    sizes[f"pytorch_gridsize_{gridsize}"] = get_padded_size(module.data_config, module.model_config)
    furthest = torch["train_dataloaders"].dataset.coords_relative.abs().max().item()
    sizes[f"needed_for_the_groups_of_gridsize_{gridsize}"] = 64 + 2 * furthest
told(
    "the two workflows merge a group on canvases of another size",
    sizes["tensorflow_gridsize_2"] != sizes["pytorch_gridsize_2"],
    **sizes,
)
