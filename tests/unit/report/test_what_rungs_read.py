"""Which legs a rung reads, of a case that has all of them."""

from pathlib import Path

import pytest

from harness.judge import ladder, tolerances
from harness.judge.evidence import Evidence
from harness.run.plan import LEGS
from harness.session import case_runner, hub


@pytest.mark.parametrize("rung", [rung for rung in ladder.JUDGES if rung not in case_runner.WHOLE])
def test_a_rung_reads_nothing_of_legs_that_may_end_after_those_that_it_needs(made: Path, rung: str) -> None:
    """Otherwise its verdict would depend on when it is judged."""
    folder = made / "small"
    case = hub.read_case(folder)
    whole, early = (Evidence(folder, case.backends) for _ in range(2))
    ended = LEGS[: 1 + max(LEGS.index(leg) for leg in ladder.needs(rung))]
    early.__dict__["jobs"] = {name: job for name, job in whole.jobs.items() if name[1] in ended}
    verdicts = [
        ladder.judge_rung(rung, evidence, tolerances.resolve(case.profile, case.limits, {}, case.scenario))
        for evidence in (whole, early)
    ]
    assert verdicts[0] == verdicts[1]
