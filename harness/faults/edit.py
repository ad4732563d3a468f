"""Building blocks of faults: changes of a set-up, a batch, weights, a term of the loss, or a file."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from harness.arrays import Array, Weights
from harness.faults.faulty_port import Stages
from harness.files import read_json, read_npz, write_json, write_npy, write_npz
from harness.ports.protocol import Batch, BatchSource, Setup
from harness.scenario.pair import PairScenario


class ChangedBatches:
    """A source of batches that applies a change to every batch of another source."""

    def __init__(self, batches: BatchSource, change: Callable[[Batch], Batch]) -> None:
        self.epochs, self.steps_per_epoch = batches.epochs, batches.steps_per_epoch
        self._batches, self._change = batches, change

    def batch(self, step: int) -> Batch:
        """Return the changed batch of a step, counted from 0."""
        return self._change(self._batches.batch(step))


def with_section(setup: Setup, name: str, **values: Any) -> Setup:
    """Copy of a set-up with other values in a section of its scenario."""
    section = getattr(setup.scenario, name).model_copy(update=values)
    return replace(setup, scenario=setup.scenario.model_copy(update={name: section}))


def in_section(setup: Setup, name: str, **changes: Callable[[Any], Any]) -> Setup:
    """Copy of a set-up in which functions change values in a section of its scenario."""
    section = getattr(setup.scenario, name)
    return with_section(setup, name, **{key: change(getattr(section, key)) for key, change in changes.items()})


def with_options(side: str, **options: Any) -> Callable[[Setup], Setup]:
    """Make a change of set-ups in which the factory of one side of a pair gets other options."""

    def changed(setup: Setup) -> Setup:
        assert isinstance(setup.scenario, PairScenario)
        pair = setup.scenario.pair
        role = ("reference", "candidate")[pair.names.index(side)]
        spec = getattr(pair, role)
        own = spec.model_copy(update={"options": {**spec.options, **options}})
        return with_section(setup, "pair", **{role: own})

    return changed


def with_amplitude(change: Callable[[Array], Array]) -> Callable[[Batch], Batch]:
    """Make a change of batches from a change of their amplitude (B, N, N, C)."""
    return lambda batch: replace(batch, amplitude=change(batch.amplitude))


def with_relative(change: Callable[[Array], Array]) -> Callable[[Batch], Batch]:
    """Make a change of batches from a change of their offsets (B, 1, 2, C), pixels [x, y]."""
    return lambda batch: replace(batch, relative=change(batch.relative))


def of_kernels(change: Callable[[Array], Array]) -> Callable[[Weights], Weights]:
    """Make a change of weights from a change that is applied to every kernel (height, width, in, out)."""
    return lambda weights: {
        name: np.ascontiguousarray(change(value)) if name.endswith(".kernel") else value
        for name, value in weights.items()
    }


def with_log_scale(change: Callable[[Array], Any]) -> Callable[[Weights], Weights]:
    """Make a change of weights from a change of `log_scale` ()."""
    return lambda weights: {**weights, "log_scale": np.asarray(change(weights["log_scale"]), np.float64)}


def on_stages(term: Callable[..., Any], **changes: Callable[[Any], Any]) -> Callable[..., Any]:
    """Make a term of the loss that changes some of the stages before it computes `term`."""

    def changed(stages: Stages, *more: Any) -> Any:
        return term({**stages, **{name: change(stages[name]) for name, change in changes.items()}}, *more)

    return changed


def in_npz(path: Path, **changes: Callable[[Array], Array]) -> None:
    """Change arrays of an NPZ file in place."""
    arrays = read_npz(path)
    write_npz(path, **{**arrays, **{name: np.asarray(change(arrays[name])) for name, change in changes.items()}})


def in_safetensors(path: Path, change: Callable[[Weights], Weights]) -> None:
    """Change the weights of a safetensors file in place."""
    weights = change(load_file(path))
    path.unlink()  # it may be a hard link to the file of a run without a fault
    save_file(weights, path)


def halved(weights: Weights) -> Weights:
    """The weights rounded to half precision, each in its own type."""
    return {name: value.astype(np.float16).astype(value.dtype) for name, value in weights.items()}


def in_npy(path: Path, change: Callable[[Array], Array]) -> None:
    """Change the array of an NPY file in place."""
    write_npy(path, change(np.load(path, allow_pickle=False)))


def without(path: Path, name: str) -> None:
    """Remove an array from an NPZ file."""
    write_npz(path, **{key: value for key, value in read_npz(path).items() if key != name})


def in_json(path: Path, change: Callable[[Any], None]) -> None:
    """Change the content of a JSON file in place."""
    content = read_json(path)
    change(content)
    write_json(path, content)


def truncate(path: Path) -> None:
    """Remove the second half of a file."""
    whole = path.read_bytes()
    path.unlink()  # it may be a hard link to the file of a run without a fault
    path.write_bytes(whole[: len(whole) // 2])
