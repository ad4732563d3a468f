"""`junit.xml`: a suite a case, a test case a rung; a suite a dose study, with one test.

The figures of all checks are properties of the suite: the common schema, that of Jenkins, allows none in a test case,
and many readers refuse such files.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite
from junitparser.junitparser import FinalResult

from harness import formatting
from harness.files import write_atomic
from harness.judge.verdict import Check
from harness.records.summary import CaseSummary, Summary
from harness.report.summary import worst

CLASS = "parity"
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RESULTS: dict[str, type[FinalResult]] = {
    "fail": Failure,
    "error": Error,
    "inconclusive": Skipped,  # JUnit knows no fourth outcome: the type says what it is
    "declared": Skipped,
    "skipped": Skipped,
}


def write(path: Path, summary: Summary) -> None:
    """Write the JUnit file of a summary."""
    document = JUnitXml(CLASS)
    for case in summary.cases:
        document.add_testsuite(_suite(case))
    for study in summary.studies:
        document.add_testsuite(_suite_of(study.id, study.checks))
    document.update_statistics()  # type: ignore[no-untyped-call]
    document._elem.attrib.pop("skipped", None)  # the schema knows it of a suite, not of the whole
    ElementTree.indent(document._elem)
    write_atomic(path, lambda temporary: document.write(str(temporary)))


def _suite(case: CaseSummary) -> TestSuite:
    overrides = {f"override.{key}": _legal(value) for key, value in case.overrides.items()}
    return _suite_of(case.id, case.checks, profile=case.profile, **overrides)


def _suite_of(name: str, checks: Sequence[Check], **properties: str) -> TestSuite:
    """A suite with these properties and the figures of the checks, and a test for each rung among them."""
    suite = TestSuite(name)
    for key, value in (*properties.items(), *_figures(checks)):
        suite.add_property(key, value)
    for rung in dict.fromkeys(check.rung for check in checks):
        suite.add_testcase(_test(name, rung, [check for check in checks if check.rung == rung]))
    return suite


def _test(case_id: str, rung: str, checks: Sequence[Check]) -> TestCase:
    test = TestCase(f"test_{rung}[{case_id}]", f"{CLASS}.{case_id}")
    status = worst(check.status for check in checks)
    if status in _RESULTS:
        messages = [_legal(f"{check.name}: {check.message}") for check in checks if check.status == status]
        result = _RESULTS[status](messages[0], status)
        result.text = "\n".join(messages)
        test.result = [result]
    return test


def _figures(checks: Sequence[Check]) -> Iterator[tuple[str, str]]:
    """`<rung>.<check>.<status, value, limit or margin>` of every check."""
    for check in checks:
        key = f"{check.rung}.{check.name}"
        yield f"{key}.status", check.status
        for name, figure in (("value", check.value), ("limit", check.limit), ("margin", check.margin)):
            if figure is not None:
                yield f"{key}.{name}", formatting.exact(figure)


def _legal(text: str) -> str:
    """Text without the characters that XML does not allow, such as the colours of a worker's terminal."""
    return _ILLEGAL.sub("?", text)
