"""`summary.json` and everything that is made from it show the same figures."""

import re
import shutil
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from junitparser import JUnitXml

from harness import formatting, layout
from harness.files import read_json, write_json
from harness.judge.metrics import NAMES
from harness.judge.verdict import SEVERITY, RungVerdict
from harness.records.metrics import PartMetrics
from harness.records.summary import CaseSummary, Summary
from harness.records.verdict import VerdictRecord
from harness.report import junit, markdown, summary
from harness.report.backend_metrics import part_metrics
from harness.report.case_files import CaseFiles
from harness.report.wrong_side import UNTOLD

TOP = {
    "schema_version", "hub", "started", "finished", "duration_s", "exit_status", "command", "provenance", "totals",
    "cases", "studies",
}  # fmt: skip
CASE = {
    "id", "scenario", "profile", "overrides", "fault", "status", "lowest_red_rung", "backends", "checks", "agreement",
    "localisation", "message", "diagnosis", "rung_seconds", "leg_seconds",
}  # fmt: skip
BACKEND = {
    "train_seconds", "steps", "ms_per_step", "infer_seconds", "peak_rss_mb", "cached", "stored", "ran", "parameters",
    "final_loss",
    "first_nonfinite", "intensity_scale", "patches", "canvas", "reconstruction", "message",
}  # fmt: skip
METRICS = {*NAMES, "bias", "message"}


@pytest.fixture
def written(made: Path) -> dict[str, Any]:
    record: dict[str, Any] = read_json(made / "summary.json")
    return record


class Texts(HTMLParser):
    """The rows of a page's tables, as text."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._open = False
        self.feed(page.read_text())

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        self._open = tag in ("td", "th") or self._open

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self._open:
            self.rows[-1][-1] += data


def test_every_key_of_the_contract(written: dict[str, Any]) -> None:
    (case,) = written["cases"]
    assert set(written) == TOP
    assert set(case) == CASE
    assert set(case["agreement"]) == {"amplitude", "phase", "gauges"}
    for side in case["backends"].values():
        assert set(side) == BACKEND
        assert set(side["intensity_scale"]) == {"initial", "final", "restored", "closed_form"}
        assert set(side["reconstruction"]["amplitude"]) == METRICS
        assert 0 <= side["reconstruction"]["amplitude"]["frc50"] <= 0.5


def test_a_figure_that_an_older_judge_did_not_compute_is_null_with_its_reason() -> None:
    found = part_metrics(PartMetrics(mae=0.5, message=""))
    assert found is not None
    assert set(found.model_dump()) == METRICS
    assert (found.mae, found.frc50) == (0.5, None)
    assert found.message is not None
    assert "frc50" in found.message


def test_the_page_shows_the_metrics_and_gauges_of_the_summary(made: Path, written: dict[str, Any]) -> None:
    (case,) = written["cases"]
    rows = {row[0]: row[1:] for row in Texts(made / "small" / "index.html").rows if row}
    for metric in METRICS - {"bias", "message"}:
        sides = [side["reconstruction"][part] for side in case["backends"].values() for part in ("amplitude", "phase")]
        together = [case["agreement"][part] for part in ("amplitude", "phase")]
        assert rows[metric] == [formatting.number(found[metric]) for found in (*sides, *together)]
    assert rows["fitted twin"][-1] == formatting.number(case["agreement"]["gauges"]["twin"]) != formatting.ABSENT


def test_figures_of_a_backend_come_from_its_files(made: Path, written: dict[str, Any]) -> None:
    side = written["cases"][0]["backends"]["toy"]
    timing = read_json(made / "small" / "toy" / "train_outputs" / "timing.json")
    canvas = read_json(made / "small" / "toy" / "inference_outputs" / "canvas.json")
    assert side["steps"] == timing["steps"]
    assert side["parameters"] == timing["parameters"]
    assert side["canvas"]["size"] == canvas["size"]
    assert side["canvas"]["fits_canvas"] is True
    assert side["final_loss"] == 5.0
    assert side["cached"] is False


def test_a_member_that_was_trained_is_not_from_the_store(made: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(made / "small", tmp_path / "small"))
    lists = [folder / "jobs.json", *(folder / "ensemble" / seed / "jobs.json" for seed in ("8", "9"))]
    for path in lists:
        assert not summary.case_summary(CaseFiles(folder)).backends["toy"].cached
        write_json(path, [{**job, "cached": True} for job in read_json(path)])
    assert summary.case_summary(CaseFiles(folder)).backends["toy"].cached


def test_totals_count_every_check(written: dict[str, Any]) -> None:
    totals = dict(written["totals"])
    assert totals.pop("cases") == 1
    assert totals.pop("checks") == len(written["cases"][0]["checks"]) == sum(totals.values())


def test_the_lowest_red_rung_is_the_lowest(written: dict[str, Any]) -> None:
    (case,) = written["cases"]
    red = [check["rung"] for check in case["checks"] if check["status"] in ("fail", "error")]
    assert case["lowest_red_rung"] == red[0] == "stages"


def test_checks_are_those_of_the_files(made: Path, written: dict[str, Any]) -> None:
    files = [read_json(path) for path in (made / "small" / "checks").glob("*.json")]
    by_rung = {record["rung"]: record["checks"] for record in files}
    for rung, checks in by_rung.items():
        assert [check for check in written["cases"][0]["checks"] if check["rung"] == rung] == checks


def test_pages_show_the_figures_of_the_summary(made: Path, written: dict[str, Any]) -> None:
    rows = [row for row in Texts(made / "small" / "index.html").rows if len(row) == 8]
    shown = [row[2:6] for row in rows if row[1] in [f"{sign} {status}" for status, sign in formatting.SIGNS.items()]]
    rungs = list(dict.fromkeys(check["rung"] for check in _checks(written)))
    order = sorted(_checks(written), key=lambda c: (rungs.index(c["rung"]), SEVERITY.index(c["status"])))
    assert shown == [_shown(check) for check in order]  # what is wrong comes first in its rung


def test_markdown_shows_the_figures_of_the_summary(made: Path, written: dict[str, Any]) -> None:
    """Its rows are those that did not pass, and the tightest."""
    rows = [row for row in _rows_of(made / "summary.md") if len(row) == 9 and row[0] == "small"]
    by_name = {f"{check['rung']}.{check['name']}": check for check in _checks(written)}
    for _, name, status, *figures in rows:
        assert status == by_name[name]["status"]
        assert figures[:4] == _shown(by_name[name])
    red = [name for name, check in by_name.items() if check["status"] not in ("pass", "skipped")]
    shown = red[: markdown.MOST_CHECKS]
    assert [row[1] for row in rows][: len(shown)] == shown
    assert len(rows) == len(shown) + 1  # the tightest


def test_markdown_shows_the_matrix(made: Path, written: dict[str, Any]) -> None:
    head, row = (row for row in _rows_of(made / "summary.md") if row[0] in ("case", "small") and len(row) > 9)
    signs = dict(zip(head, row, strict=True))
    for rung in {check["rung"] for check in _checks(written)}:
        worst = summary.worst(check["status"] for check in _checks(written) if check["rung"] == rung)
        assert signs[rung] == formatting.SIGNS[worst]


@pytest.mark.parametrize("status", ["fail", "pass"])
def test_markdown_fits_a_review_comment(written: dict[str, Any], status: str) -> None:
    """Twenty-five cases; in the worst case all of them are red everywhere, and talk a lot."""
    (case,) = written["cases"]
    for check in case["checks"]:
        check |= {"status": status, "message": check["message"] + 50 * " and so | on"}
    cases = [case | {"id": f"{number}_{'x' * 30}", "status": status} for number in range(25)]
    text = markdown.page(Summary.model_validate(written | {"cases": cases}))
    assert len(text) < 65_000
    assert text.count("## ") == (25 if status == "fail" else 0)


def test_junit_holds_the_figures_of_the_summary(made: Path, written: dict[str, Any]) -> None:
    (suite,) = JUnitXml.fromfile(str(made / "junit.xml"))
    properties = {entry.name: entry.value for entry in suite.properties()}
    for check in _checks(written):
        key = f"{check['rung']}.{check['name']}"
        assert properties[f"{key}.status"] == check["status"]
        for name in ("value", "limit", "margin"):
            found = properties.get(f"{key}.{name}")
            assert (None if found is None else float(found)) == check[name]


def test_junit_has_the_times_of_legs_and_rungs(made: Path, written: dict[str, Any]) -> None:
    (suite,) = JUnitXml.fromfile(str(made / "junit.xml"))
    (case,) = written["cases"]
    jobs = [
        job for path in (made / "small").rglob("jobs.json") for job in read_json(path) if job["seconds"] is not None
    ]
    legs, judged = case["leg_seconds"], [read_json(path)["seconds"] for path in (made / "small" / "checks").iterdir()]
    assert sum(legs.values()) == pytest.approx(sum(job["seconds"] for job in jobs))
    assert sum(case["rung_seconds"].values()) == pytest.approx(sum(legs.values()) + sum(judged), abs=1e-6)
    for test in suite:
        assert test.time == pytest.approx(
            case["rung_seconds"][test.name.removeprefix("test_").partition("[")[0]], abs=1e-3
        )
    assert suite.time == pytest.approx(sum(case["rung_seconds"].values()), abs=0.1)
    properties = {entry.name: float(entry.value) for entry in suite.properties() if entry.name.startswith("seconds.")}
    assert properties == {f"seconds.{name}": value for name, value in legs.items()}
    assert {"toy/train", "other/train"} <= legs.keys()


def test_junit_keeps_to_the_common_schema(made: Path) -> None:
    """That of Jenkins's xunit plugin, as pytest's own tests use it; the file holds its licence, MIT."""
    schema = xmlschema.XMLSchema(Path(__file__).with_name("junit-10.xsd"))
    schema.validate(made / "junit.xml")
    broken = (made / "junit.xml").read_text().replace("<testcase ", "<testcase><properties/></testcase><testcase ", 1)
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        schema.validate(broken)


def test_junit_outcomes(made: Path) -> None:
    document = JUnitXml.fromfile(str(made / "junit.xml"))
    tests = {test.name: test for suite in document for test in suite}
    verdicts = [RungVerdict.of(VerdictRecord.read(path)) for path in (made / "small" / "checks").iterdir()]
    outcome = {"pass": "is_passed", "error": "is_error", "fail": "is_failure", "inconclusive": "is_skipped"}
    outcome["skipped"] = "is_skipped"
    for verdict in verdicts:
        assert getattr(tests[f"test_{verdict.rung}[small]"], outcome[verdict.status])
    counts = Counter(verdict.status for verdict in verdicts)
    assert min(counts["pass"], counts["error"], counts["fail"]) > 0
    assert (document.tests, document.errors, document.failures) == (len(verdicts), counts["error"], counts["fail"])


def test_junit_survives_what_xml_does_not_allow(written: dict[str, Any], tmp_path: Path) -> None:
    check = next(check for check in _checks(written) if check["status"] == "error")
    check["message"] = "\x1b[31mred\x00 <&>"
    junit.write(tmp_path / "junit.xml", Summary.model_validate(written))
    tests = {test.name: test for suite in JUnitXml.fromfile(str(tmp_path / "junit.xml")) for test in suite}
    assert "?[31mred? <&>" in tests[f"test_{check['rung']}[small]"].result[0].message


def test_a_case_that_was_not_reached_is_no_pass(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / layout.CASE).write_text((made / "small" / layout.CASE).read_text())
    case = summary.case_summary(CaseFiles(folder))
    assert case.status == "inconclusive"
    assert case.lowest_red_rung is None
    assert all(check.message.startswith("not judged") for check in case.checks)


def test_case_line(written: dict[str, Any]) -> None:
    (case,) = written["cases"]
    line = markdown.case_line(CaseSummary.model_validate(case))
    assert line.startswith(f"small: ERROR at stages: {case['diagnosis']}; 7 more are red above it; repeat: pytest -m ")
    assert " -k 'test_stages[small]' --parity-profile stable --parity-backends toy,other " in line
    first = next(check for check in case["checks"] if check["status"] in ("fail", "error"))
    assert line.startswith(f"small: ERROR at stages: {first['name']}: {first['message']}; {UNTOLD}; and step.")
    for side in case["backends"].values():
        side.update(cached=True, stored=side["ran"], ran=[])
    assert markdown.case_line(CaseSummary.model_validate(case)).endswith(" (from the store)")


def _checks(written: dict[str, Any]) -> list[dict[str, Any]]:
    checks: list[dict[str, Any]] = written["cases"][0]["checks"]
    return checks


def _shown(check: dict[str, Any]) -> list[str]:
    """Value, limit, margin, and the share of the limit that is used."""
    figures = [formatting.number(check[name]) for name in ("value", "limit", "margin")]
    return [*figures, formatting.share_of_limit(check["margin"])]


def _rows_of(page: Path) -> list[list[str]]:
    """The rows of the tables of a Markdown page."""
    lines = [line for line in page.read_text().splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
