"""With a probe mask the two networks use another one: a sharp disc, and the same disc with a soft edge."""

import numpy as np
from doors import stopped, told

layer = stopped("tensorflow", probe_mask=True)["self"].get_layer("probe_illumination")
call = stopped("pytorch", probe_mask=True)
module = call["model"]
import torch  # noqa: E402

mine = np.asarray(layer._probe_mask)[..., 0].real
theirs = module.model.forward_model.probe_illumination._resolve_probe_mask(
    torch.zeros(1, dtype=torch.complex64)
).numpy()
told(
    "the masks differ along their edge",
    np.abs(mine - theirs).max() > 0.1,
    values_of_tensorflow=np.unique(mine).size,
    values_of_pytorch=np.unique(theirs).size,
    largest_difference=float(np.abs(mine - theirs).max()),
    area_on_tensorflow=float(mine.sum()),
    area_on_pytorch=float(theirs.sum()),
)
