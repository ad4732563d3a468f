import json

import pytest

from harness.judge.verdict import Check, RungVerdict
from harness.records.verdict import VerdictRecord


def check(status, margin=None, name="x"):
    return Check("loss", name, status, 1.0, 2.0, margin, "ledger", f"message of {name}")


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((), "error"),
        (("pass",), "pass"),
        (("pass", "skipped"), "pass"),
        (("skipped",), "skipped"),
        (("pass", "inconclusive"), "inconclusive"),
        (("inconclusive", "fail", "pass"), "fail"),
        (("fail", "error", "inconclusive"), "error"),
    ],
)
def test_a_rung_is_as_bad_as_its_worst_check(statuses, expected):
    assert RungVerdict("loss", tuple(map(check, statuses))).status == expected


def test_the_margin_is_the_smallest_and_the_message_that_of_the_worst():
    verdict = RungVerdict("loss", (check("pass", 0.9, "a"), check("fail", -0.5, "b"), check("pass", None, "c")))
    assert verdict.margin == -0.5
    assert verdict.message == "message of b"
    assert RungVerdict("loss", ()).margin is None
    assert "nothing was shown" in RungVerdict("loss", ()).message


def test_json_round_trip():
    verdict = RungVerdict("loss", (check("pass", 0.9), check("fail")))
    assert RungVerdict.of(VerdictRecord.model_validate(json.loads(verdict.record.model_dump_json()))) == verdict
