"""Every number of a dose study: of each case and side the quality over the seeds, and the intensity scale."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from harness.errors import HarnessError
from harness.judge import dose
from harness.judge.evidence import Evidence
from harness.judge.rungs.ensemble import members
from harness.judge.rungs.scale import scale_values
from harness.judge.verdict import CONTRACT, Check, RungVerdict
from harness.report.case_files import CaseFiles
from harness.run import ensemble
from harness.scenario import studies
from harness.scenario.matrix import label
from harness.scenario.studies import Study

PHOTONS = "photons a pattern"
"""What the dose is called on charts and in tables."""


@dataclass(frozen=True)
class Scale:
    """The intensity scale of a side at one dose."""

    used: float | None
    """The dataset's."""
    trained: Sequence[float | None]
    """A value a seed."""
    closed_form: float


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
    """DOSE_METRICS of the judge over the seeds."""
    scale: Scale | None = None
    reason: str = ""
    """Why there are no figures."""

    @property
    def line(self) -> str:
        """Name of the line that the point lies on."""
        return " ".join(filter(None, (self.backend, self.curve)))

    @property
    def ratio(self) -> float | None:
        """Trained scale, its mean over the seeds, over the closed form."""
        if self.scale is None or (trained := mean(self.scale.trained)) is None:
            return None
        return trained / self.scale.closed_form


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


def studies_of(cases: Sequence[CaseFiles]) -> list[Study]:
    """The dose studies among those cases of a hub that were prepared."""
    by_name: dict[str, list[CaseFiles]] = {}
    for case in cases:
        if case.is_prepared:
            by_name.setdefault(case.asked.scenario, []).append(case)
    several = [case for found in by_name.values() if len(found) > 1 for case in found]
    return studies.studies(
        studies.Point(case.asked.id, case.asked.scenario, case.evidence.scenario) for case in several
    )


def gather(cases: Sequence[CaseFiles], study: Study) -> list[Point]:
    """The points of a study, which is among the cases of a hub: curve by curve, the doses rising."""
    by_id = {case.folder.name: case for case in cases}
    return [
        point
        for curve, doses in study.curves.items()
        for nphotons, case in doses.items()
        for point in _of_case(by_id[case], curve, nphotons)
    ]


def _of_case(case: CaseFiles, curve: str, nphotons: float) -> Iterator[Point]:
    folder, evidence = case.folder, case.evidence
    seeds = ensemble.seeds(evidence.scenario) or [evidence.scenario.training.seed]
    for backend in evidence.backends:
        place = (folder.name, curve, nphotons, backend, seeds)
        try:
            yield Point(*place, dose.qualities(evidence, backend), _scale(evidence, backend))
        except HarnessError as reason:
            yield Point(*place, reason=str(reason).replace(f"{folder}/", ""))


def _scale(evidence: Evidence, backend: str) -> Scale:
    found = [scale_values(run, backend) for run in members(evidence)]
    trained = [figures["final"] for figures in found]
    return Scale(found[0]["initial"], trained, evidence.setup.intensity_scale_closed_form)


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
