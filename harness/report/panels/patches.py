"""Mean and variance of every predicted patch, of both sides."""

import numpy as np

from harness.backends.network import predicted_size
from harness.errors import HarnessError
from harness.judge.evidence import Evidence
from harness.judge.truth import parts_with_a_picture
from harness.report.panels.chart import Chart, Line
from harness.report.panels.curves import SIDES
from harness.report.scene import part_of
from harness.run.legs.statistics import central

_QUANTITIES = {"mean": "mean", "var_zero_mean": "variance about its own mean"}


def statistics(evidence: Evidence) -> list[Chart]:
    """One chart a quantity, a dot a patch: of the amplitude, and of the phase where that carries the picture."""
    parts = dict.fromkeys(("amplitude", parts_with_a_picture(evidence)[0]))
    found = {backend: _patches(evidence, backend) for backend in evidence.backends}
    charts = [_chart(part, name, found) for part in parts for name in _QUANTITIES]
    return [chart for chart in charts if not chart.is_empty]


def _patches(evidence: Evidence, backend: str) -> np.ndarray | None:
    """(K, n, n) complex: the predicted region of every patch; None where there are none."""
    try:
        return central(evidence.predictions(backend).patches, predicted_size(evidence.scenario))
    except HarnessError:
        return None


def _chart(part: str, quantity: str, found: dict[str, np.ndarray | None]) -> Chart:
    lines = []
    for (backend, patches), style in zip(found.items(), SIDES, strict=True):
        if patches is not None:
            values = part_of(patches, part).astype(np.float64)
            figures = values.mean(axis=(1, 2)) if quantity == "mean" else values.var(axis=(1, 2))
            lines.append(Line(backend, style, list(range(len(figures))), figures.tolist()))
    title = f"Patches: {_QUANTITIES[quantity]}, {part}"
    return Chart(f"chart-patches-{part}-{quantity}", title, "patch", lines, dots=True)
