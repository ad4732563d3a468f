"""Building the dataset folder of a case, from which both backends and the judge read its data."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness import layout
from harness.dataset import masks, npz, schedule
from harness.dataset.grouped import GroupedData
from harness.dataset.grouping import centre
from harness.dataset.halves import split
from harness.dataset.npz import RawData
from harness.dataset.truth import Reference, Truth
from harness.errors import HarnessError
from harness.files import write_npy, write_npz
from harness.physics import canvas, probe, scale
from harness.records.setup import DatasetSetup
from harness.scenario.schema import Scenario

Array = np.ndarray


@dataclass(frozen=True)
class Selection:
    """Indices of the training and of the test patterns, and the groups drawn from each."""

    train: Array
    test: Array
    train_groups: Array
    """(G, C) indices into `train`: the members of each training group."""
    test_groups: Array
    """(G, C) indices into `test`: the members of each test group."""


def build(
    scenario: Scenario,
    raw: RawData,
    folder: Path,
    refined_probe: Array | None = None,
    reference: Reference | None = None,
) -> None:
    """Write the dataset folder of a scenario; the same input always gives the same bytes.

    Args:
        scenario: resolved scenario of the case.
        raw: the patterns, positions and probe.
        folder: folder to write to.
        refined_probe: (N, N) complex probe to use instead of that of `raw`; needed if and only if the scenario has
            `dataset.probe.refine_iterations`.
        reference: reconstruction to use as ground truth; needed if and only if the scenario has
            `dataset.reference_iterations`.

    Raises:
        HarnessError: one of these is missing or not wanted, or there are too few patterns for the groups.
    """
    _check_references(scenario, refined_probe, reference)
    raw = masks.applied(raw, scenario.dataset.mask)
    probe_used = raw.probe if refined_probe is None else refined_probe.astype(np.complex128)
    normalised = probe.normalise(probe_used, scenario.dataset.probe.scale)
    chosen = select(scenario, raw)
    energies = scale.pattern_energies(raw.diffraction)
    _require_photons(raw, energies, chosen)
    factor = scale.normalisation(energies[chosen.train][chosen.train_groups].mean(), raw.diffraction.shape[-1])
    train = _grouped(raw, chosen.train, chosen.train_groups, factor, _batches(scenario))
    test = _grouped(raw, chosen.test, chosen.test_groups, factor, np.zeros((0, 0), dtype=np.int64))
    npz.save(raw, folder / layout.DATA)
    train.save(folder / layout.TRAIN)
    test.save(folder / layout.TEST)
    write_npy(folder / layout.PROBE, normalised)
    if raw.mask is not None:
        write_npy(folder / layout.MASK, raw.mask)
    model_probe = probe.model_probe(normalised, scenario.dataset.probe.mask)
    _save_truth(raw, reference, model_probe, chosen, folder)
    _setup(scenario, raw, train, test, factor, model_probe).write(folder / layout.SETUP)


def reference_inputs(scenario: Scenario, raw: RawData, folder: Path) -> dict[str, Path]:
    """Write the input files of the reference reconstructions that the scenario needs, and return their paths.

    `refine` is for the reconstruction that refines the probe, from the training patterns alone, so that nothing of
    the test half reaches the training; `reference` is for that of the ground truth, from all patterns.
    """
    raw = masks.applied(raw, scenario.dataset.mask)
    train, _ = split(scenario, raw)
    known = {} if raw.mask is None else {"mask": raw.mask}
    wanted: dict[str, Array] = {}
    if scenario.dataset.probe.refine_iterations:
        wanted["refine"] = train
    if scenario.dataset.reference_iterations:
        wanted["reference"] = np.arange(len(raw.x))
    paths = {name: folder / f"{name}_input.npz" for name in wanted}
    for name, rows in wanted.items():
        write_npz(paths[name], amplitude=raw.diffraction[rows], x=raw.x[rows], y=raw.y[rows], probe=raw.probe, **known)
    return paths


def select(scenario: Scenario, raw: RawData) -> Selection:
    """Split the patterns and draw the groups for training and test."""
    train, test = split(scenario, raw)
    grouping, training = scenario.grouping, scenario.training
    return Selection(
        train,
        test,
        schedule.training_groups(raw.x[train], raw.y[train], grouping, training.epochs),
        schedule.test_groups(raw.x[test], raw.y[test], grouping, scenario.inference.group_limit),
    )


def _check_references(scenario: Scenario, refined_probe: Array | None, reference: Reference | None) -> None:
    for key, iterations, given in (
        ("dataset.probe.refine_iterations", scenario.dataset.probe.refine_iterations, refined_probe),
        ("dataset.reference_iterations", scenario.dataset.reference_iterations, reference),
    ):
        if bool(iterations) != (given is not None):
            raise HarnessError(f"{key} is {iterations}, but its result is {'missing' if given is None else 'given'}.")


def _require_photons(raw: RawData, energies: Array, chosen: Selection) -> None:
    """Refuse halves that nothing can be learnt from, or predicted of: their normalisation would be infinite."""
    for half, rows, groups in (
        ("training", chosen.train, chosen.train_groups),
        ("test", chosen.test, chosen.test_groups),
    ):
        if not energies[rows][groups].any():
            raise HarnessError(f"{raw.origin}: the {half} patterns hold no photon; give patterns in which some were.")


def _batches(scenario: Scenario) -> Array:
    training = scenario.training
    return schedule.batch_order(scenario.grouping, training.epochs, training.batch_size, training.seed)


def _grouped(raw: RawData, rows: Array, groups: Array, factor: float, batches: Array) -> GroupedData:
    x, y = raw.x[rows], raw.y[rows]
    offsets, relative = centre(x, y, groups)
    X = (factor * raw.diffraction[rows].astype(np.float64)).astype(np.float32)
    return GroupedData(X, x, y, groups, offsets, relative, batches)


def _save_truth(raw: RawData, reference: Reference | None, model_probe: Array, chosen: Selection, folder: Path) -> None:
    """Write the ground truth: the reference reconstruction, else the simulated object, else nothing."""
    if reference is not None:
        truth = reference.truth
    elif raw.object is not None and raw.origin == "simulated":
        truth = Truth("simulation", raw.object)
    else:
        return
    energies = truth.energies(model_probe, raw.x[chosen.train], raw.y[chosen.train], raw.mask)
    truth.save(folder, scale.normalisation(energies[chosen.train_groups].mean(), len(model_probe)))


def _setup(
    scenario: Scenario, raw: RawData, train: GroupedData, test: GroupedData, factor: float, model_probe: Array
) -> DatasetSetup:
    N = raw.diffraction.shape[-1]
    counted = float(scale.pattern_energies(raw.diffraction).mean())
    nphotons = scenario.dataset.nphotons if scenario.dataset.source == "simulated" else counted
    energy = scale.pattern_energies(train.X)[train.groups].mean()
    used = test.groups.ravel()
    _, positions = canvas.centred(test.x[used], test.y[used])
    offsets = np.concatenate([train.relative.ravel(), test.relative.ravel()])
    return DatasetSetup(
        N=N,
        gridsize=scenario.grouping.gridsize,
        padded_size=canvas.required_size(N, offsets),
        nphotons=nphotons,
        counted_photons=counted,
        intensity_scale=scale.intensity_scale(nphotons, energy),
        intensity_scale_closed_form=scale.intensity_scale_closed_form(nphotons, N),
        normalisation=factor,
        object_amplitude=probe.object_amplitude(model_probe),
        canvas_size=canvas.required_size(N, positions),
        patterns=len(raw.x),
        train_patterns=len(train.x),
        test_patterns=len(test.x),
        origin=raw.origin,
        conversions=(*raw.notes, *raw.doubts, *(() if raw.mask is None else (masks.note(raw.mask),))),
    )
