"""Which legs a case needs."""

import pytest

from harness.run.plan import with_required_legs


@pytest.mark.parametrize(
    ("needs", "legs"),
    [
        (set(), ()),
        ({"dataset"}, ()),
        ({"lockstep"}, ("lockstep",)),
        ({"infer"}, ("train", "infer")),
        ({"exchange"}, ("train", "exchange")),
        ({"exchange", "lockstep", "infer"}, ("lockstep", "train", "infer", "exchange")),
    ],
)
def test_a_leg_brings_those_that_must_run_before_it(needs: set[str], legs: tuple[str, ...]) -> None:
    assert with_required_legs(needs) == legs
