"""TensorFlow: from 64 patterns in a batch on, all groups are added up on one canvas."""

from doors import stopped, told

call = stopped("tensorflow", 2)
model, x = call["self"], call["x"]
returned = {size: model.predict_on_batch([part[:size] for part in x])[0].shape[0] for size in (8, 15)}
try:
    returned[16] = model.predict_on_batch([part[:16] for part in x])[0].shape[0]
except Exception as error:  # whatever is raised is the finding
    returned[16] = f"{type(error).__name__}"
told(
    "16 groups of 4 patterns are not 16 objects",
    returned[8] == 8 and returned[15] == 15 and returned[16] != 16,
    **{f"objects_for_{size}_groups": count for size, count in returned.items()},
)
