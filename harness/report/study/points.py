"""The points of a dose study: for each case and side the quality metrics over the seeds, and the intensity scale."""

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
"""Label of the dose on charts and in tables."""


@dataclass(frozen=True)
class Scale:
    """The intensity scale of one side at one dose, over the seeds."""

    used: float | None
    """The scale that the training started from, which is that of the dataset."""
    trained: Sequence[float | None]
    """The trained scale of each seed."""
    closed_form: float


@dataclass(frozen=True)
class Point:
    """One side at one dose: one point of the curves of a study."""

    case: str
    curve: str
    """What distinguishes the case from the others of the same dose, such as the loss; empty if it is the only one."""
    nphotons: float
    backend: str
    seeds: Sequence[int]
    figures: dict[str, list[float | None]] = field(default_factory=dict)
    """The values of each quality metric, one for each seed."""
    scale: Scale | None = None
    reason: str = ""
    """Why there are no metrics; empty if there are."""

    @property
    def line(self) -> str:
        """Name of the line in the charts that the point belongs to: the backend and the curve."""
        return " ".join(filter(None, (self.backend, self.curve)))

    @property
    def ratio(self) -> float | None:
        """Mean of the trained scale over the seeds, divided by the closed form; None where a seed has none."""
        if self.scale is None or (trained := mean(self.scale.trained)) is None:
            return None
        return trained / self.scale.closed_form


def mean(values: Sequence[float | None]) -> float | None:
    """Mean over the seeds; None where one of them has no value, or there are none."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known and len(known) == len(values) else None


def deviation(values: Sequence[float | None]) -> float | None:
    """Standard deviation over the seeds (with n - 1); None for fewer than two, or where one has no value."""
    known = [value for value in values if value is not None]
    if len(known) < 2 or len(known) < len(values):
        return None
    return float(np.std(known, ddof=1)) if np.ptp(known) else 0.0


def studies_of(cases: Sequence[CaseFiles]) -> list[Study]:
    """The dose studies among those cases of a hub that were run."""
    by_name: dict[str, list[CaseFiles]] = {}
    for case in cases:
        if case.is_prepared:
            by_name.setdefault(case.plan.scenario, []).append(case)
    several = [case for found in by_name.values() if len(found) > 1 for case in found]
    return studies.studies(studies.Point(case.plan.id, case.plan.scenario, case.evidence.scenario) for case in several)


def gather(cases: Sequence[CaseFiles], study: Study) -> list[Point]:
    """The points of one study: curve by curve, by rising dose; `cases` are all cases of the hub."""
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
    """Judge whether the quality falls as the dose rises; a point without metrics is a check with status `error`."""
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
