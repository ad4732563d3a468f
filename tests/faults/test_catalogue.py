"""Every fault of the catalogue, in each side: the judge must see it, on the rung that the catalogue names.

All selected faults of a side run in one worker process; the first test of the side waits for it.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from harness.faults import catalogue
from harness.faults.catalogue import Injected
from harness.session import trials
from harness.session.request import Request

BACKENDS = ("tensorflow", "torch")
ROOT = Path(__file__).parents[2]


def _parameters() -> list[object]:
    return [
        pytest.param(injected, id=str(injected), marks=[pytest.mark.quick] if injected.fault.quick else [])
        for injected in trials.select_faults(BACKENDS)
    ]


Outcomes = Callable[[str], dict[Injected, trials.Outcome]]


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """What became of every selected fault of a side. Under pytest-xdist each side has a worker of its own."""
    asked = Request.from_texts(ROOT, profile="smoke", override=trials.OVERRIDES, device="cpu")
    parameters = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    wanted = [params["injected"] for params in parameters if "injected" in params]

    @cache
    def of_side(backend: str) -> dict[Injected, trials.Outcome]:
        of_it = [injected for injected in wanted if injected.backend == backend]
        found = trials.Trials(tmp_path_factory.mktemp(f"faults_{backend}"), asked).run(of_it)
        return {outcome.injected: outcome for outcome in found}

    return of_side


@pytest.mark.faults
@pytest.mark.parametrize("injected", _parameters())
def test_fault(injected: Injected, outcomes: Outcomes) -> None:
    outcome = outcomes(injected.backend)[injected]
    found = f"red: {outcome.red or 'nothing'}; {outcome.message}"
    if injected.fault.real and injected.fault.real.open:
        assert outcome.red, found
        assert not outcome.as_expected, "is open no more: take `open` out of it"
    else:
        assert outcome.as_expected, found


def test_the_catalogue_is_large_enough_and_its_quick_part_too() -> None:
    faults = catalogue.faults().values()
    assert len(faults) >= 80
    assert sum(fault.quick for fault in faults) >= 20
