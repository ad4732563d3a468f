"""Annotations of GitHub Actions: what is wrong with each red case, at the line of the port that computes it."""

from collections.abc import Iterator, Sequence

from harness.records.summary import CaseSummary
from harness.report.diagnosis import places

VARIABLE = "GITHUB_ACTIONS"
"""Environment variable by which GitHub Actions says that it reads the output."""
_IN_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = {**_IN_MESSAGE, ":": "%3A", ",": "%2C"}


def annotations(cases: Sequence[CaseSummary]) -> Iterator[str]:
    """One workflow command for each red case, and for each place where a side that is wrong computes what differs."""
    for case in cases:
        if case.lowest_red_rung is None:
            continue
        title = f"{case.id}: {case.status} at {case.lowest_red_rung}"
        for place in places(case) or [""]:
            file, _, line = place.rpartition(":")
            where = {"file": file, "line": line} if line.isdecimal() else {}
            given = ",".join(
                f"{key}={_escaped(value, _IN_PROPERTY)}" for key, value in {**where, "title": title}.items()
            )
            yield f"::error {given}::{_escaped(case.diagnosis, _IN_MESSAGE)}"


def _escaped(text: str, signs: dict[str, str]) -> str:
    return "".join(signs.get(sign, sign) for sign in text)
