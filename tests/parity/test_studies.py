"""What must be true over all doses of a scenario: one test a study, after the ladder of its cases."""

import pytest

from harness.plugin.outcome import Verdict

pytestmark = pytest.mark.parity


def test_dose(dose_verdict: Verdict) -> None:
    """Does the quality of either side fall as the dose rises, by more than the noise over the seeds?"""
    dose_verdict.must_hold()
