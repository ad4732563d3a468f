"""The page of a night says what its sessions did not pass."""

import shutil
from dataclasses import asdict
from pathlib import Path

import pytest

from harness import layout
from harness.records.summary import Summary
from harness.report.nightly import page
from harness.session.nightly.night import Record
from harness.session.nightly.steps import Step

STEP = Step("smoke", "every case", ("python",), is_session=True)


@pytest.mark.parametrize(
    ("status", "rung", "said"),
    [
        ("fail", "telemetry", "Not passed: small (telemetry)"),
        ("inconclusive", None, "Not passed: small (inconclusive)"),
        ("pass", None, ""),
        ("skipped", None, ""),
    ],
)
def test_a_case_that_did_not_pass_is_named(
    made: Path, tmp_path: Path, status: str, rung: str | None, said: str
) -> None:
    shutil.copytree(made, tmp_path / "smoke")
    summary = Summary.read(made / layout.SUMMARY)
    case = summary.cases[0].model_copy(update={"status": status, "lowest_red_rung": rung})
    summary.model_copy(update={"cases": (case,)}).write(tmp_path / "smoke" / layout.SUMMARY)
    record = Record(status="fail", hubs=["smoke"], exit_status=1)
    page.write(tmp_path, [STEP], {"started": "2026-11-30T18:04:44Z", "steps": {"smoke": asdict(record)}})
    written = (tmp_path / layout.INDEX).read_text()
    assert said in written
    assert ("Not passed" in written) == bool(said)
