"""Charts of the mean and the variance of every predicted patch of both sides."""

from collections.abc import Callable, Mapping

import numpy as np

from harness.errors import HarnessError
from harness.judge.evidence import Evidence
from harness.judge.truth import parts_with_a_picture
from harness.report.images import part_of
from harness.report.panels.chart import Chart, Line
from harness.report.panels.curves import SIDES
from harness.run.legs.statistics import central

Array = np.ndarray
_QUANTITIES: dict[str, tuple[str, Callable[[Array], Array]]] = {
    "mean": ("mean", lambda patches: patches.mean(axis=(1, 2), dtype=np.float64)),
    "var_zero_mean": ("variance about its own mean", lambda patches: patches.var(axis=(1, 2), dtype=np.float64)),
}


def statistics(evidence: Evidence) -> list[Chart]:
    """One chart for each statistic, with a dot for each patch: of the amplitude, and of the part with the picture."""
    found = {backend: _patches(evidence, backend) for backend in evidence.backends}
    charts = []
    for part in dict.fromkeys(("amplitude", parts_with_a_picture(evidence)[0])):
        values = {name: None if patches is None else part_of(patches, part) for name, patches in found.items()}
        charts += [_chart(part, quantity, values) for quantity in _QUANTITIES]
    return [chart for chart in charts if not chart.is_empty]


def _patches(evidence: Evidence, backend: str) -> Array | None:
    """The predicted region of every patch, (K, n, n) complex; None where the side predicted none."""
    try:
        return central(evidence.predictions(backend).patches, evidence.contract.region)
    except HarnessError:
        return None


def _chart(part: str, quantity: str, values: Mapping[str, Array | None]) -> Chart:
    """The chart of one statistic; `values` are the amplitudes or phases (K, n, n) of each side, None if missing."""
    title, statistic = _QUANTITIES[quantity]
    lines = [
        Line(backend, style, list(range(len(patches))), statistic(patches).tolist())
        for (backend, patches), style in zip(values.items(), SIDES, strict=True)
        if patches is not None
    ]
    return Chart(f"chart-patches-{part}-{quantity}", f"Patches: {title}, {part}", "patch", lines, dots=True)
