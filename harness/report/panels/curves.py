"""The charts of a case: training of both sides, distance of the weights in lock-step, Fourier ring correlation."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from harness import layout
from harness.files import read_json, read_npz
from harness.judge.evidence import Evidence
from harness.judge.truth import PARTS
from harness.records.history import Epoch
from harness.report.panels.chart import Chart, Line, Mark

SIDES = ("reference", "candidate")
"""Style classes of the curves of the two sides, in the order of the pair."""
_OWN_CHART = ("intensity_scale", "learning_rate")
"""Metrics of the training history that get a chart of their own; all others are loss terms and share one."""
_TERM_STYLES = ("", " dashed", " dotted", " dashed dotted")


def training(evidence: Evidence, backends: Sequence[str]) -> list[Chart]:
    """Charts over the epochs: the loss with its terms, the intensity scale, the learning rate; each with all sides."""
    histories = {backend: evidence.history(backend) for backend in backends}
    names = list(dict.fromkeys(name for epochs in histories.values() for name in _names(epochs)))
    terms = [name for name in names if name not in _OWN_CHART and not _repeats_the_loss(name, histories)]
    rest = [name for name in names if name in _OWN_CHART]
    charts = [_over_epochs(evidence, "loss", terms, histories)] if terms else []
    return charts + [_over_epochs(evidence, name.replace("_", " "), [name], histories) for name in rest]


def _names(epochs: Sequence[Epoch]) -> list[str]:
    return list(dict.fromkeys(name for epoch in epochs for name in epoch.metrics))


def _repeats_the_loss(name: str, histories: Mapping[str, Sequence[Epoch]]) -> bool:
    """Whether a loss term equals the loss in every epoch, so that one curve shows both."""
    metrics = [epoch.metrics for epochs in histories.values() for epoch in epochs]
    return name != "loss" and all(found.get(name) == found.get("loss") for found in metrics)


def _over_epochs(
    evidence: Evidence, title: str, names: Sequence[str], histories: Mapping[str, Sequence[Epoch]]
) -> Chart:
    lines, marks = [], []
    for backend, epochs in histories.items():
        style = SIDES[evidence.backends.index(backend)]
        x = [float(epoch.epoch) for epoch in epochs]
        for number, name in enumerate(names):
            y = [_number(epoch.metrics.get(name)) for epoch in epochs]
            label = backend if len(names) == 1 else f"{backend}: {name}"
            lines.append(Line(label, style + _TERM_STYLES[number % len(_TERM_STYLES)], x, y))
            marks += _first_gap(label, style, x, y)
    return Chart(f"chart-{title.replace(' ', '-')}", f"Training: {title}", "epoch", lines, marks=marks)


def _first_gap(label: str, style: str, x: Sequence[float], y: Sequence[float | None]) -> list[Mark]:
    gaps = (epoch for epoch, value in zip(x, y, strict=True) if value is None)
    return [Mark(epoch, f"{label}: first not finite in epoch {epoch:g}", style) for epoch in list(gaps)[:1]]


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else None


def trained(evidence: Evidence) -> list[str]:
    """The backends whose training left a `history.json`."""
    path = Path(layout.TRAIN_OUTPUTS, layout.HISTORY)
    return [backend for backend in evidence.backends if (evidence.folder(backend) / path).is_file()]


def lockstep(folder: Path) -> list[Chart]:
    """A chart of the relative distance of all weights of the two sides after every step, with the rounding noise."""
    path = folder / layout.COMPARISON / layout.LOCKSTEP_DISTANCES
    if not path.is_file():
        return []
    found = read_json(path)
    noise = "envelope of float32's rounding noise"
    curves = (
        (noise, "noise", found["float32"]["envelope"]),
        ("between the sides, float32", "", found["float32"]["between"]),
        ("between the sides, float64", "both", found["float64"]["between"]),
    )
    lines = [Line(name, style, list(range(1, len(y) + 1)), y) for name, style, y in curves]
    title = "Lock-step: relative distance of all weights, same batches"
    return [Chart("chart-lockstep", title, "step", lines, log=True, below=noise)]


def ring_correlation(folder: Path, backends: tuple[str, str]) -> list[Chart]:
    """Charts of the Fourier ring correlation of each side with the truth, and of the sides with each other.

    There is one chart for the amplitude and one for the phase, where the judge computed curves for them.
    """
    path = folder / layout.COMPARISON / layout.FRC
    curves = read_npz(path) if path.is_file() else {}
    labels = {
        "side_0": (f"{backends[0]} with the truth", SIDES[0]),
        "side_1": (f"{backends[1]} with the truth", SIDES[1]),
        "sides": ("the sides with each other", "both"),
    }
    charts = [_rings(part, {name: label for name, label in labels.items() if _key(name, part) in curves}, curves)
              for part in PARTS]  # fmt: skip
    return [chart for chart in charts if chart.lines]


def _key(name: str, part: str, curve: str = "correlation") -> str:
    return f"{name}.{part}.{curve}"


def _rings(part: str, labels: Mapping[str, tuple[str, str]], curves: Mapping[str, np.ndarray]) -> Chart:
    lines = [
        Line(label, style, curves[_key(name, part, "frequency")].tolist(), curves[_key(name, part)].tolist())
        for name, (label, style) in labels.items()
    ]
    if labels:
        first = next(iter(labels))
        frequency = curves[_key(first, part, "frequency")].tolist()
        lines.append(Line("half a bit", "limit dashed", frequency, curves[_key(first, part, "half_bit")].tolist()))
        ends = [frequency[0], frequency[-1]]
        lines += [Line("0.5", "limit dotted", ends, [0.5, 0.5]), Line("1/7", "limit dotted", ends, [1 / 7, 1 / 7])]
    title = f"Fourier ring correlation: {part}"
    return Chart(f"chart-frc-{part}", title, "spatial frequency, cycles a pixel", lines)
