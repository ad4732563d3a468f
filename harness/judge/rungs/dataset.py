"""Rung 1: were both sides fed the same data, and do these satisfy the data contract and the intensity symmetry?

Evidence: `dataset/` and the batch that each side was fed, `<backend>/lockstep/batch.npz`. The intensity symmetry is
the relation of counts, network input and scale: X = factor * A_obs, counts = (s X)^2, mean(sum(X^2)) = (N/2)^2.
"""

from collections import Counter
from pathlib import Path

import numpy as np

from harness import layout
from harness.arrays import Array, Weights
from harness.dataset import npz
from harness.dataset.grouped import NOTHING, GroupedData
from harness.dataset.npz import RawData
from harness.errors import HarnessError
from harness.judge import cached
from harness.judge.comparing import relative_difference, relative_error
from harness.judge.evidence import Evidence, NoEvidence
from harness.judge.findings import Findings
from harness.judge.front_door import judge_front_doors
from harness.judge.mask import judge_mask
from harness.judge.tolerances import Limits
from harness.judge.verdict import Check
from harness.physics.canvas import required_size
from harness.physics.probe import circular_mask
from harness.physics.scale import intensity_scale, intensity_scale_closed_form, pattern_energies

NEEDS = frozenset({"lockstep"})
TYPES = {"diff3d": "float32", "probeGuess": "complex64", "xcoords": "float64", "ycoords": "float64"}


def judge(evidence: Evidence, limits: Limits) -> list[Check]:
    """Check the data, then the grouped data against the data, then the fed batches against the grouped data."""
    findings = Findings("dataset", limits)
    with findings.evidence_for("contract"):
        _judge_contract(findings, evidence)
    with findings.evidence_for("intensity"):
        _judge_intensity(findings, evidence)
    with findings.evidence_for("grouping"):
        _judge_grouping(findings, evidence)
    with findings.evidence_for("batch"):
        _judge_batches(findings, evidence)
    with findings.evidence_for("mask"):
        judge_mask(findings, evidence, grouped(evidence, "train"), grouped(evidence, "test"))
    with findings.evidence_for("front_door"):
        judge_front_doors(findings, evidence, grouped(evidence, "train"))
    return findings.checks


def grouped(evidence: Evidence, name: str) -> GroupedData:
    """Read the grouped data `train` or `test`; NoEvidence when groups or batches contain indices out of range."""
    data = cached.grouped(evidence.case_dir / layout.DATASET / f"{name}.npz")
    rows = data.batches[data.batches != NOTHING]
    for what, indices, size in (("groups", data.groups, len(data.x)), ("batches", rows, len(data.groups))):
        if indices.size and not (indices.min() >= 0 and indices.max() < size):
            raise NoEvidence(f"dataset/{name}.npz: {what} name rows from {indices.min()} to {indices.max()} of {size}.")
    return data


def _judge_contract(findings: Findings, evidence: Evidence) -> None:
    arrays = evidence.arrays(Path(layout.DATASET, layout.DATA), npz.REQUIRED)
    found = {name: str(arrays[name].dtype) for name in TYPES}
    findings.demand("types", found == TYPES, f"{layout.DATA} holds {found}, the contract asks for {TYPES}")
    try:
        npz.validated(arrays, layout.DATA)
    except HarnessError as broken:
        findings.demand("contract", False, str(broken))
    else:
        findings.demand("contract", True, f"{layout.DATA} keeps the contract with {len(arrays['xcoords'])} patterns")
    _judge_start(findings, arrays)
    mean = np.abs(circular_mask(evidence.probe.shape[0]) * evidence.probe).mean()
    message = "probe_scale * mean(|M P|) of the normalised probe against 1"
    error = relative_difference(float(mean) * evidence.scenario.dataset.probe.scale, 1.0)
    findings.measure("probe", error, "probe", message)


def _judge_start(findings: Findings, arrays: Weights) -> None:
    """Where positions at the start of a scan are written, for loaders that want them, they are the positions."""
    starts = {name: arrays[f"{name}_start"] for name in ("xcoords", "ycoords") if f"{name}_start" in arrays}
    if starts:
        other = [name for name, start in starts.items() if not np.array_equal(start, arrays[name])]
        message = f"{layout.DATA}: positions that differ at the start: {', '.join(other) or 'none'}"
        findings.demand("start", not other, message)


def _measured(evidence: Evidence) -> RawData:
    """Read `data.npz`; raises HarnessError where it does not satisfy the data contract."""
    return npz.validated(evidence.arrays(Path(layout.DATASET, layout.DATA), npz.REQUIRED), layout.DATA)


def _judge_intensity(findings: Findings, evidence: Evidence) -> None:
    setup, train = evidence.setup, grouped(evidence, "train")
    _judge_photons(findings, float(setup.nphotons), pattern_energies(_measured(evidence).diffraction))
    N, nphotons = train.X.shape[-1], float(setup.nphotons)
    energy = float(pattern_energies(train.X)[train.groups].mean())
    pairs = {
        "energy": (energy, (N / 2) ** 2, "mean over the groups of sum(X^2) against (N/2)^2"),
        "intensity_scale": (setup.intensity_scale, intensity_scale(nphotons, energy), "s against X and nphotons"),
        "closed_form": (
            setup.intensity_scale,
            intensity_scale_closed_form(nphotons, N),
            "s against sqrt(nphotons) / (N/2)",
        ),
    }
    for name, (found, expected, message) in pairs.items():
        what = f"{message}: {found:.8g} and {expected:.8g}, relative"
        findings.measure(name, relative_difference(found, expected), name, what)
    for name in ("train", "test"):
        message = f"X of {name}.npz against normalisation * diff3d, largest difference over the largest value"
        findings.measure(f"{name}.normalisation", _factor_error(evidence, name), "normalisation", message)


def _judge_photons(findings: Findings, nphotons: float, energies: Array) -> None:
    """Compare the photons that all patterns counted with those that were asked for, in units of their own noise.

    M patterns of n photons count M n, with a standard deviation of sqrt(M n).
    """
    counted, expected = float(energies.sum()), nphotons * len(energies)
    message = f"photons counted, {counted:.8g} and {expected:.8g} expected, in standard deviations of the counts"
    findings.measure("photons", abs(counted - expected) / expected**0.5, "photons", message)


def _factor_error(evidence: Evidence, name: str) -> float | None:
    """Relative error of X against the stated normalisation times the pattern measured at the same position.

    Several patterns at one position are distinguished by their order, which is that of the scan in both files. None
    where a position is not in the scan.
    """
    data, raw = grouped(evidence, name), _measured(evidence)
    rows = {exposure: row for row, exposure in enumerate(_exposures(raw.x, raw.y))}
    exposures = _exposures(data.x, data.y)
    if any(exposure not in rows for exposure in exposures):
        return None
    found = [rows[exposure] for exposure in exposures]
    return relative_error(data.X, float(evidence.setup.normalisation) * raw.diffraction[found].astype(np.float64))


def _judge_grouping(findings: Findings, evidence: Evidence) -> None:
    train, test = grouped(evidence, "train"), grouped(evidence, "test")
    if evidence.scenario.dataset.split != "none":
        shared = len(set(_positions(train.x, train.y)) & set(_positions(test.x, test.y)))
        apart = shared == 0 and train.y.max() <= test.y.min()
        findings.demand("split", apart, f"{shared} positions both train and test; the training half must lie below")
    for name, data in (("train", train), ("test", test)):
        _judge_groups(findings, evidence, name, data)
    _judge_order(findings, evidence, train)
    needed = required_size(train.X.shape[-1], np.concatenate([train.relative.ravel(), test.relative.ravel()]))
    padded = evidence.setup.padded_size
    findings.demand("padded_size", padded == needed, f"padded_size is {padded}, the relative offsets need {needed}")


def _judge_groups(findings: Findings, evidence: Evidence, name: str, data: GroupedData) -> None:
    members = evidence.scenario.grouping.gridsize**2
    distinct = all(len(set(group)) == members for group in data.groups.tolist())
    message = f"{name}: {data.groups.shape[0]} groups of {members} distinct patterns out of {len(data.x)}"
    sound = len(data.groups) > 0 and distinct
    findings.demand(f"{name}.groups", sound, message)
    if not sound:
        return
    positions = np.stack([data.x[data.groups], data.y[data.groups]], axis=1)[:, None]
    centre = positions.mean(axis=-1, keepdims=True)
    for array, own, expected in (("offsets", data.offsets, centre), ("relative", data.relative, centre - positions)):
        error = float(np.abs(own - expected).max()) if own.shape == expected.shape else None
        message = f"{name}: {array} {own.shape} against centre and -(position - centre), pixels"
        findings.measure(f"{name}.{array}", error, "offsets", message)


def _judge_order(findings: Findings, evidence: Evidence, train: GroupedData) -> None:
    """Check that each epoch is fed all of its groups exactly once."""
    epochs, groups = evidence.scenario.training.epochs, evidence.scenario.grouping.groups
    drawn = groups * epochs if evidence.scenario.grouping.regroup else groups
    times = np.bincount(train.batches[train.batches != NOTHING], minlength=drawn)
    once = epochs * groups // drawn
    found = f"groups {len(train.groups)} of {drawn}, fed {sorted(set(times.tolist()))} times each, {once} asked for"
    findings.demand("order", len(train.groups) == drawn == len(times) and bool((times == once).all()), found)


def _judge_batches(findings: Findings, evidence: Evidence) -> None:
    train = grouped(evidence, "train")
    expected = dict(
        zip(("amplitude", "relative"), train.batch(train.rows(0), evidence.setup.intensity_scale), strict=True)
    )
    fed = {backend: evidence.batch(backend) for backend in evidence.backends}
    for name, array in expected.items():
        reference, candidate = (fed[backend][name] for backend in evidence.backends)
        same = _same(reference, candidate)
        what = "the same bit for bit" if same else "different"
        message = f"{name} fed to the sides, {reference.shape} and {candidate.shape}, is {what}"
        findings.demand(f"sides.{name}", same, message)
        for backend in evidence.backends:
            error = _distance(fed[backend][name], array)
            message = f"{name} fed to {backend} against the first training batch, largest difference over the largest"
            findings.measure(f"{backend}.{name}", error, "batch", message)


def _same(own: Array, other: Array) -> bool:
    return own.dtype == other.dtype and np.array_equal(own, other) and bool(np.isfinite(own).all())


def _distance(own: Array, expected: Array) -> float | None:
    """Relative error of arrays that may be zero everywhere (offsets with gridsize 1); None for another shape."""
    if own.shape != expected.shape:
        return None
    return 0.0 if np.array_equal(own, expected) else relative_error(own, expected)


def _exposures(x: Array, y: Array) -> list[tuple[float, float, int]]:
    """Each pattern's position, and how many patterns before it have the same."""
    seen: Counter[tuple[float, float]] = Counter()
    exposures = []
    for position in _positions(x, y):
        exposures.append((*position, seen[position]))
        seen[position] += 1
    return exposures


def _positions(x: Array, y: Array) -> list[tuple[float, float]]:
    return list(zip(x.tolist(), y.tolist(), strict=True))
