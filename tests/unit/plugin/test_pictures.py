"""Where pytest-html makes a report, it gets the pictures too."""

import base64
import json
import re
from html import unescape

import pytest

HTML = ("-p", "pytest_metadata.plugin", "-p", "pytest_html.plugin", "--html", "report.html", "--self-contained-html")


def test_pytest_html_gets_the_pictures_of_each_rung(project: pytest.Pytester) -> None:
    project.runpytest_inprocess("--parity-hub", "hub", "-k", "telemetry or canvas or agreement or step", *HTML)
    text = unescape((project.path / "report.html").read_text())
    (blob,) = re.findall(r'data-jsonblob="(\{.*\})"></div>', text)
    tests = {name: runs[-1]["extras"] for name, runs in json.loads(blob)["tests"].items()}
    shown = {
        re.split(r"test_|\[", name)[2]: {extra["name"]: extra["content"] for extra in extras}
        for name, extras in tests.items()
    }
    assert {rung: set(names) for rung, names in shown.items()} == {
        "telemetry": {"curves.png"},
        "canvas": {"scan.png"},
        "agreement": {"amplitude_diff.png", "phase_diff.png"},
        "step": set(),
    }
    (picture,) = shown["canvas"].values()
    scan = project.path / "hub" / "small" / "dataset" / "scan.png"
    assert base64.b64decode(picture.removeprefix("data:image/png;base64,")) == scan.read_bytes()


def test_without_it_nothing_is_drawn_before_the_end(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    from harness.plugin import pictures

    monkeypatch.setattr(pictures, "draw", lambda *_: pytest.exit("drawn too early"))
    result = project.runpytest_inprocess("--parity-hub", "hub", "-k", "telemetry")
    result.assert_outcomes(passed=1)
