"""A workflow as people have it: what is not passed on has a default, and an import leaves objects behind."""

from collections.abc import Mapping

import numpy as np

from harness.arrays import Array
from harness.ports.contract import Value
from harness.ports.protocol import Setup

BUILT_AT_IMPORT = {"gridsize": 2}
"""An object that is made when the module is imported, by the settings of then."""


def train(gridsize: int, object_big: bool = True, probe_big: bool = True, mask: bool = True) -> dict[str, Value]:
    """What the training would be called with."""
    return {"gridsize": gridsize, "object_big": object_big, "probe_big": probe_big, "mask": mask}


def settings(setup: Setup) -> dict[str, Value]:
    """What a side was about to train with.

    Options of the side: those that are passed on; `not_passed`, one that the caller forgets; `built_at_import`, that
    the object of the import is used.
    """
    passed = {name: bool(setup.options[name]) for name in ("object_big", "probe_big", "mask")}
    passed.pop(str(setup.options.get("not_passed")), None)
    gridsize: int = setup.scenario.grouping.gridsize
    if setup.options.get("built_at_import"):
        gridsize = BUILT_AT_IMPORT["gridsize"]
    return train(gridsize, **passed)


def labels(data: Mapping[str, Array], probe: Array, illuminated: bool) -> Array:
    """(M, N, N, 1) complex: the patch of the object at every pattern, to the next pixel; times the probe if asked."""
    size = len(probe)
    rows, columns = (np.rint(data[axis]).astype(int) - size // 2 for axis in ("ycoords", "xcoords"))
    where = zip(rows, columns, strict=True)
    cut = np.stack([data["objectGuess"][row : row + size, column : column + size] for row, column in where])
    return (cut * probe if illuminated else cut)[..., np.newaxis]
