"""`junit.xml`: a test suite for each case, with a test case for each rung; a suite with one test for each dose study.

The time of a test is that of judging the rung and of the legs that it was the first to need. Those of the legs
themselves, `seconds.BACKEND/LEG`, and value, limit and margin of all checks are properties of the suite: the common
schema, that of Jenkins, allows none in a test case, and many readers refuse files that have them there.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
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
    document._elem.attrib.pop("skipped", None)  # the schema allows it in a suite, not at the top
    ElementTree.indent(document._elem)
    write_atomic(path, lambda temporary: document.write(str(temporary)))


def _suite(case: CaseSummary) -> TestSuite:
    overrides = {f"override.{key}": _legal(value) for key, value in case.overrides.items()}
    legs = {f"seconds.{name}": formatting.exact(value) for name, value in case.leg_seconds.items()}
    return _suite_of(case.id, case.checks, case.rung_seconds, profile=case.profile, **overrides, **legs)


def _suite_of(
    name: str, checks: Sequence[Check], seconds: Mapping[str, float] = MappingProxyType({}), **properties: str
) -> TestSuite:
    """A suite with the given properties and those of its checks, and a test case for each rung of the checks."""
    suite = TestSuite(name)
    for key, value in (*properties.items(), *_check_properties(checks)):
        suite.add_property(key, value)
    for rung in dict.fromkeys(check.rung for check in checks):
        of_rung = [check for check in checks if check.rung == rung]
        suite.add_testcase(_test(name, rung, of_rung, seconds.get(rung, 0.0)))
    return suite


def _test(case_id: str, rung: str, checks: Sequence[Check], seconds: float) -> TestCase:
    test = TestCase(f"test_{rung}[{case_id}]", f"{CLASS}.{case_id}", round(seconds, 3))
    status = worst(check.status for check in checks)
    if status in _RESULTS:
        messages = [_legal(f"{check.name}: {check.message}") for check in checks if check.status == status]
        result = _RESULTS[status](messages[0], status)
        result.text = "\n".join(messages)
        test.result = [result]
    return test


def _check_properties(checks: Sequence[Check]) -> Iterator[tuple[str, str]]:
    """Status, value, limit and margin of every check, as properties named `<rung>.<check>.status` and so on."""
    for check in checks:
        key = f"{check.rung}.{check.name}"
        yield f"{key}.status", check.status
        for name, number in (("value", check.value), ("limit", check.limit), ("margin", check.margin)):
            if number is not None:
                yield f"{key}.{name}", formatting.exact(number)


def _legal(text: str) -> str:
    """Text without the characters that XML does not allow, such as the colours of a worker's terminal."""
    return _ILLEGAL.sub("?", text)
