"""Every fault of the catalogue, in each side: the judge must see it, on the rung that the catalogue names.

All selected faults of a side run in one worker process; the first test waits for it.
"""

from pathlib import Path

import pytest

from harness.faults import catalogue
from harness.faults.catalogue import Seeded
from harness.report import trials
from harness.report.request import Request

BACKENDS = ("tensorflow", "torch")
ROOT = Path(__file__).parents[2]


def _parameters() -> list[object]:
    return [
        pytest.param(seeded, id=str(seeded), marks=[pytest.mark.quick] if seeded.fault.quick else [])
        for seeded in trials.every(BACKENDS)
    ]


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[Seeded, trials.Outcome]:
    """What became of every selected fault."""
    asked = Request.from_texts(ROOT, profile="smoke", override=trials.OVERRIDES, device="cpu")
    wanted = [item.callspec.params["seeded"] for item in request.session.items if hasattr(item, "callspec")
              and "seeded" in item.callspec.params]  # fmt: skip
    found = trials.Trials(tmp_path_factory.mktemp("faults"), asked).run(wanted)
    return {outcome.seeded: outcome for outcome in found}


@pytest.mark.faults
@pytest.mark.parametrize("seeded", _parameters())
def test_fault(seeded: Seeded, outcomes: dict[Seeded, trials.Outcome]) -> None:
    outcome = outcomes[seeded]
    assert outcome.as_expected, f"red: {outcome.red or 'nothing'}; {outcome.message}"


def test_the_catalogue_is_large_enough_and_its_quick_part_too() -> None:
    faults = catalogue.faults().values()
    assert len(faults) >= 80
    assert sum(fault.quick for fault in faults) >= 20
