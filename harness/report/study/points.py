"""Every number of a dose study: of each case and side the quality over the seeds, and the intensity scale."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from harness.errors import HarnessError
from harness.judge import dose
from harness.judge.evidence import Evidence
from harness.judge.rungs.ensemble import members
from harness.judge.rungs.scale import scale_figures
from harness.judge.verdict import CONTRACT, Check, RungVerdict
from harness.run import ensemble
from harness.scenario import studies
from harness.scenario.matrix import label
from harness.scenario.studies import Study
from harness.session import case_runner, hub

PHOTONS = "photons a pattern"
"""What the dose is called on charts and in tables."""


@dataclass(frozen=True)
class Point:
    """One side at one dose."""

    case: str
    curve: str
    """What tells the case from the others of its dose, such as the loss; empty where nothing does."""
    nphotons: float
    backend: str
    seeds: Sequence[int]
    figures: dict[str, list[float | None]] = field(default_factory=dict)
    """FIGURES of the judge over the seeds."""
    scale: dict[str, Any] = field(default_factory=dict)
    """`used`, the dataset's; `trained`, a value a seed; `closed_form`."""
    reason: str = ""
    """Why there are no figures."""

    @property
    def line(self) -> str:
        """Name of the line that the point lies on."""
        return " ".join(filter(None, (self.backend, self.curve)))

    @property
    def ratio(self) -> float | None:
        """Trained scale, its mean over the seeds, over the closed form."""
        trained = mean(self.scale["trained"]) if self.scale else None
        return None if trained is None else trained / self.scale["closed_form"]


def mean(values: Sequence[float | None]) -> float | None:
    """Mean over the seeds; None where one of them has no finite value."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known and len(known) == len(values) else None


def deviation(values: Sequence[float | None]) -> float | None:
    """Standard deviation of one seed, from their number less one; None for fewer than two, or where `mean` is None."""
    known = [value for value in values if value is not None]
    if len(known) < 2 or len(known) < len(values):
        return None
    return float(np.std(known, ddof=1)) if np.ptp(known) else 0.0


def of_hub(root: Path) -> list[Study]:
    """The dose studies among the cases of a hub that were prepared."""
    by_name: dict[str, list[Path]] = {}
    for folder in filter(case_runner.is_prepared, hub.case_folders(root)):
        by_name.setdefault(hub.read_case(folder).scenario, []).append(folder)
    several = [folder for folders in by_name.values() if len(folders) > 1 for folder in folders]
    return studies.studies(_point_of(folder) for folder in several)


def _point_of(folder: Path) -> studies.Point:
    case = hub.read_case(folder)
    return studies.Point(case.id, case.scenario, _evidence(folder).scenario)


def _evidence(folder: Path) -> Evidence:
    return case_runner.settled_evidence(folder, hub.read_case(folder).backends)


def gather(root: Path, study: Study) -> list[Point]:
    """The points of a study, curve by curve, the doses rising."""
    return [
        point
        for curve, doses in study.curves.items()
        for nphotons, case in doses.items()
        for point in _of_case(hub.case_folder(root, case), curve, nphotons)
    ]


def _of_case(folder: Path, curve: str, nphotons: float) -> Iterator[Point]:
    evidence = _evidence(folder)
    seeds = ensemble.seeds(evidence.scenario) or [evidence.scenario.training.seed]
    for backend in evidence.backends:
        place = (folder.name, curve, nphotons, backend, seeds)
        try:
            yield Point(*place, dose.qualities(evidence, backend), _scale(evidence, backend))
        except HarnessError as reason:
            yield Point(*place, reason=str(reason).replace(f"{folder}/", ""))


def _scale(evidence: Evidence, backend: str) -> dict[str, Any]:
    found = [scale_figures(run, backend) for run in members(evidence)]
    trained = [figures["final"] for figures in found]
    return {"used": found[0]["initial"], "trained": trained, "closed_form": found[0]["closed_form"]}


def judge(points: Sequence[Point]) -> RungVerdict:
    """Does the quality fall as the dose rises? A point without evidence is an error."""
    lines: dict[str, dict[float, list[float | None]]] = {}
    for point in points:
        if not point.reason:
            lines.setdefault(point.line, {})[point.nphotons] = point.figures[dose.QUALITY]
    missing = (
        Check(dose.RUNG, f"{point.line}.{label(point.nphotons)}", "error", None, None, None, CONTRACT, point.reason)
        for point in points
        if point.reason
    )
    return RungVerdict(dose.RUNG, (*missing, *dose.judge(lines).checks))
