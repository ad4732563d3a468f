"""Turns scenarios into tests: one parameter a case, with the marks and keywords that `-m` and `-k` select by."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.judge import tolerances
from harness.scenario import studies
from harness.scenario.case import Case
from harness.session.request import Request

CASE = "parity_case"
"""Name of the fixture that gives a test of the ladder its case."""
STUDY = "parity_study"
"""Name of the fixture that gives a test of a dose study the study."""
COSTS = {
    "lockstep": ("spec", "settings", "dataset", "stages", "physics", "loss", "gradient", "step", "trajectory"),
    "trained": ("telemetry", "patches", "scale", "canvas", "reconstruction", "agreement", "exchange", "golden"),
    "ensemble": ("ensemble",),
}
"""Marker to the rungs that cost alike: a pass and a few steps, a training of each side, one for each further seed."""
MARKERS = {
    "parity": "a rung of the parity ladder for one case",
    "lockstep": "of the ladder, the rungs that need no whole training",
    "trained": "of the ladder, the rungs that need each side to be trained once",
    "ensemble": "of the ladder, the rung that trains each side with several seeds",
    "faults": "an injected fault that the judge must catch",
    "quick": "of the faults, the subset that every change is tried on",
    "golden": "holds a result against the approved one",
    "gpu": "needs a GPU",
    "slow": "takes long: a case minutes, a test of the harness five seconds or more",
    "nightly": "belongs to the nightly run",
    "subjects": "judges packages that others have published, in an environment of their own",
    "browser": "needs a browser",
    "realdata": "needs a measured data set",
}


def checked_cases(request: Request) -> list[Case]:
    """The cases of a request; raises HarnessError for a broken scenario."""
    cases = request.cases()
    for case in cases:
        tolerances.limits_of(case)
        _check_markers(case)
    return cases


def _check_markers(case: Case) -> None:
    for marker in case.scenario.markers:
        if marker not in MARKERS or marker in COSTS:
            where = case.origins["markers"].partition(": ")[2]
            allowed = ", ".join(name for name in MARKERS if name not in COSTS)
            raise HarnessError(f"{where}: markers: found {marker!r}; allowed: {allowed}.")


def parameters(cases: Sequence[Case]) -> list[object]:
    """One parameter set of pytest for each case: its id and the marks of its scenario."""
    return [pytest.param(case, id=case.id, marks=_marks(case)) for case in cases]


def study_parameters(cases: Sequence[Case]) -> list[object]:
    """One parameter set of pytest for each dose study among the cases: the name of its scenario and its marks."""
    by_name = {case.name: case for case in cases}
    found = studies.studies(studies.Point(case.id, case.name, case.scenario) for case in cases)
    return [pytest.param(study, id=study.name, marks=_marks(by_name[study.name])) for study in found]


def project_below(module: Path, root: Path) -> Path | None:
    """The folder of a project of its own, with a `pytest.ini`, that a test module lies in below the session's root."""
    folders = [folder for folder in module.parents if folder.is_relative_to(root) and folder != root]
    return next((folder for folder in folders if (folder / "pytest.ini").is_file()), None)


def elsewhere(project: Path) -> object:
    """The only parameter set, to be skipped, of a test that belongs to another project."""
    reason = f"{project.name} is a project of its own: start pytest in it"
    return pytest.param(None, id=project.name, marks=pytest.mark.skip(reason=reason))


def _marks(case: Case) -> list[pytest.MarkDecorator]:
    return [getattr(pytest.mark, name) for name in case.scenario.markers]


def is_rung_test(item: pytest.Item) -> bool:
    """Whether a test judges a rung of the ladder in this project."""
    return CASE in getattr(item, "fixturenames", ()) and isinstance(item.callspec.params[CASE], Case)  # type: ignore[attr-defined]


def is_study_test(item: pytest.Item) -> bool:
    """Whether a test judges a dose study."""
    return STUDY in getattr(item, "fixturenames", ())


def is_empty_study_test(item: pytest.Item) -> bool:
    """Whether a test is the placeholder, to be skipped, that pytest makes of a study test where there is no study."""
    return is_study_test(item) and not isinstance(item.callspec.params[STUDY], studies.Study)  # type: ignore[attr-defined]


def case_of(item: pytest.Item) -> Case:
    """The case that a test of the ladder judges."""
    case: Case = item.callspec.params[CASE]  # type: ignore[attr-defined]
    return case


def rung_of(name: str) -> str:
    """The rung that a test function of this name judges: `test_stages` -> `stages`."""
    return name.removeprefix("test_")


def costs_of(rung: str, asked: str) -> list[str]:
    """The marker of a rung in `COSTS`, where `-m` asks for one; none for the name of a test that is no rung.

    pytest's -k selects by markers as well, and `-k step` must not find what is marked `lockstep`.
    """
    return [marker for marker, rungs in COSTS.items() if rung in rungs] if any(map(asked.count, COSTS)) else []


def planned(items: Sequence[pytest.Item]) -> dict[str, tuple[Case, list[str]]]:
    """The cases of the selected tests: id to the case and the rungs that are judged."""
    plan: dict[str, tuple[Case, list[str]]] = {}
    for item in filter(is_rung_test, items):
        case = case_of(item)
        plan.setdefault(case.id, (case, []))[1].append(rung_of(item.originalname))  # type: ignore[attr-defined]
    return plan
