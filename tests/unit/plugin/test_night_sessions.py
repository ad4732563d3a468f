"""The parity sessions of a night, with toy backends: their hubs, their budget, their place in the trend."""

import re
import sys

import pytest

from harness import layout
from harness.files import read_json
from harness.report.nightly import page
from harness.report.trend import index
from harness.session.nightly.night import Night
from harness.session.nightly.steps import Step


def session(*options: str) -> Step:
    words = ("-m", "pytest", "-m", "parity", "-k", "telemetry", "--parity-profile=smoke", *options)
    return Step("smoke", "every case", (sys.executable, *words), is_session=True)


@pytest.mark.slow
def test_a_session_that_was_cut_short_begins_again_in_a_hub_of_its_own(project: pytest.Pytester) -> None:
    reports = project.path / "reports"
    first = Night.begin(reports, project.path, [session()], page.write)
    late = Night(first.folder, project.path, [session("--parity-budget=0.001")], page.write)
    late.run(None, print)
    record = late.records["smoke"]
    assert (record.status, record.reason) == ("inconclusive", "the budget was spent before small began")
    again = Night(first.folder, project.path, [session()], page.write)
    again.run(600, print)
    assert again.is_green
    assert again.records["smoke"].hubs == ["smoke", "smoke-2"]
    assert read_json(again.folder / "smoke-2" / layout.SESSION)["budget"] == pytest.approx(600, abs=5)
    written = (again.folder / "index.html").read_text()
    assert 'href="smoke-2/index.html"' in written
    assert re.search(r"<td>1 cases, (\d+) checks, \1 passed</td>", written)
    assert 'href="../index.html">the night</a>' in (again.folder / "smoke-2" / "index.html").read_text()
    sessions = index.write(reports)
    assert [one.hub for one in sessions] == [f"{again.folder.name}/smoke", f"{again.folder.name}/smoke-2"]
    assert f'href="{again.folder.name}/smoke-2/small/index.html"' in (reports / "index.html").read_text()


def test_a_session_that_cannot_begin_is_no_answer(project: pytest.Pytester) -> None:
    night = Night.begin(project.path / "reports", project.path, [session("--parity-profile=big")], page.write)
    night.run(None, print)
    assert (night.records["smoke"].status, night.records["smoke"].exit_status) == ("error", 4)
    assert "found 'big'" in (night.folder / "logs" / "smoke.txt").read_text()
