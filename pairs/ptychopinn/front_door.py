"""PtychoPINN's own training command, stopped where it would train."""

import importlib
import sys
import tempfile
from functools import partial
from typing import Any

import numpy as np

from ptycho_parity import Setup, stopped_at

TRAIN = "scripts.training.train"
FLAGS = ("n_filters_scale", "object_big", "subsample_seed")
"""Options of a scenario that are flags of the command; the others are `overrides` of the PyTorch workflow."""
UNIT_PROBE = "unit_probe"


def stopped(setup: Setup, backend: str, *places: str) -> list[dict[str, Any]]:
    """The arguments of the calls that the command comes to: what was loaded, then each place, one within the other."""
    command = importlib.import_module(TRAIN)
    sys.argv = [f"{TRAIN}.py", *flags(setup, backend)]
    calls, run = [], command.main
    for place in (f"{TRAIN}:run_cdi_example_with_backend", *places):
        call = stopped_at(place, run)
        if "overrides" in call:
            call["overrides"] = {
                name: value for name, value in setup.options.items() if name not in (*FLAGS, UNIT_PROBE)
            }
        calls.append(call)
        run = partial(_function(place), **call)
    return calls


def flags(setup: Setup, backend: str) -> list[str]:
    """What a user types for the scenario."""
    scenario = setup.scenario
    asked = {
        "train_data_file": _data(setup),
        "output_dir": tempfile.mkdtemp(),
        "backend": backend,
        "gridsize": scenario.grouping.gridsize,
        "n_groups": scenario.grouping.groups,
        "neighbor_count": scenario.grouping.neighbor_count,
        "batch_size": scenario.training.batch_size,
        "nepochs": scenario.training.epochs,
        "nphotons": setup.nphotons,
        "probe_scale": scenario.dataset.probe.scale,
        **{name: value for name, value in setup.options.items() if name in FLAGS},
    }
    return [text for name, value in asked.items() for text in (f"--{name}", _typed(value))]


def _typed(value: Any) -> str:
    """A value as text; for upstream's `type=bool` every text but the empty one is true (finding 21)."""
    return "" if value is False else str(value)


def _data(setup: Setup) -> str:
    """The patterns for training, without the true object, which neither network is trained on.

    A probe that the case refines is the refined one, as a user would have it in his file. With `unit_probe` the mean
    of their probe is the one that upstream's normalisation of probes leaves as it is.
    """
    from ptycho.probe import get_probe_mask_real

    arrays = dict(np.load(setup.data))
    arrays.pop("objectGuess", None)
    if setup.scenario.dataset.probe.refine_iterations:
        arrays["probeGuess"] = setup.probe.astype(arrays["probeGuess"].dtype)
    if setup.options.get(UNIT_PROBE):
        probe = arrays["probeGuess"]
        arrays["probeGuess"] = probe / np.abs(probe * get_probe_mask_real(len(probe))[..., 0]).mean()
    path = f"{tempfile.mkdtemp()}/data.npz"
    np.savez(path, **arrays)
    return path


def groups(loaded: dict[str, Any], nearest: Any) -> np.ndarray:
    """(G, C) which patterns of the file are in each group: of those that were drawn, those that are neighbours."""
    return np.asarray(loaded["train_data"].sample_indices)[np.asarray(nearest)]


def _function(place: str) -> Any:
    module, _, name = place.partition(":")
    found = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found


def callbacks(found: list[Any]) -> str:
    """Names of what acts on a training from outside."""
    return ", ".join(type(callback).__name__ for callback in found)
