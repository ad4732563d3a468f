"""`compare` and the index over a folder of hubs, on what sessions left."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from harness.files import read_json, write_json

Verb = Callable[..., Result]


@pytest.fixture
def pair(home: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Twice the same hub; the second is not sealed, so that a test may change it."""
    first, second = (Path(shutil.copytree(home / "hub", tmp_path / name)) for name in ("first", "second"))
    (second / "manifest.json").unlink()
    return first, second


def change(hub: Path, edit: Callable[[dict], object]) -> None:
    summary = read_json(hub / "summary.json")
    edit(summary["cases"][0])
    write_json(hub / "summary.json", summary)


def test_a_hub_against_itself(verb: Verb, pair: tuple[Path, Path]) -> None:
    result = verb("compare", *map(str, pair))
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "first -> second"
    assert lines[2].startswith("Nothing became worse. Worse is: ")
    page = pair[1].parent / "comparisons" / "first..second" / "index.html"
    assert lines[3] == f"written: {page}"
    for target in re.findall(r'(?:href|src)="([^"#]+)', page.read_text()):
        assert (page.parent / target).exists()


def test_one_figure_that_is_lower(verb: Verb, pair: tuple[Path, Path]) -> None:
    values = []

    def halve(case: dict) -> None:
        metrics = case["backends"]["other"]["reconstruction"]["amplitude"]
        values.append(metrics["psnr"])
        metrics["psnr"] /= 2

    change(pair[1], halve)
    result = verb("compare", *map(str, pair), "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    (one,) = found["changes"]
    assert (one["verdict"], one["case"], one["subject"]) == ("worse", "small", "other amplitude psnr")
    folder = pair[1].parent / "comparisons" / "first..second"
    assert read_json(folder / "comparison.json") == found
    (figure,) = [f for f in found["cases"][0]["figures"] if f["verdict"]]
    assert (figure["before"], figure["after"]) == (values[0], values[0] / 2)
    line = f"worse: small, other amplitude psnr: {values[0]:.4g} -> {values[0] / 2:.4g}"
    assert line in verb("compare", *map(str, pair)).stdout.splitlines()
    assert "1 worse." in (folder / "index.html").read_text()


def test_the_same_the_other_way_round_is_better(verb: Verb, pair: tuple[Path, Path]) -> None:
    change(pair[1], lambda case: case["backends"]["other"]["reconstruction"]["amplitude"].update(psnr=0.1))
    result = verb("compare", str(pair[1]), str(pair[0]))
    assert result.exit_code == 0
    assert "better: small, other amplitude psnr: 0.1 -> " in result.stdout


def test_a_case_that_is_gone(verb: Verb, pair: tuple[Path, Path]) -> None:
    write_json(pair[1] / "summary.json", read_json(pair[1] / "summary.json") | {"cases": []})
    result = verb("compare", *map(str, pair))
    assert result.exit_code == 1
    assert "worse: small, the case: error -> gone" in result.stdout


def test_a_hub_that_was_changed_is_refused(verb: Verb, pair: tuple[Path, Path]) -> None:
    change(pair[0], lambda case: case.update(status="pass"))
    assert "this hub is no evidence" in str(verb("compare", *map(str, pair)).exception)


def test_folders_that_cannot_be_compared(verb: Verb, pair: tuple[Path, Path]) -> None:
    assert str(verb("compare", "hub", "nowhere").exception) == "nowhere: is not a hub (it holds no session.json)."
    write_json(pair[1] / "summary.json", {"schema_version": "7"})
    assert "schema_version is '7', and only '1.0' can be read" in str(verb("compare", *map(str, pair)).exception)


def test_report_of_a_folder_of_hubs(verb: Verb, pair: tuple[Path, Path]) -> None:
    result = verb("report", str(pair[0].parent))
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "first: ERROR, 1 cases",
        "second: ERROR, 1 cases",
        f"written: {pair[0].parent / 'index.html'}",
    ]
    assert 'href="second/small/index.html"' in (pair[0].parent / "index.html").read_text()
    assert [session["hub"] for session in json.loads(verb("report", str(pair[0].parent), "--json").stdout)] == [
        "first",
        "second",
    ]


def test_a_session_in_reports_leaves_the_index_and_one_elsewhere_does_not(
    verb: Verb, home: Path, tmp_path: Path
) -> None:
    assert not (home / "index.html").exists()  # `hub` lies beside it
    verb("run", "small", "--backends", "toy,other", "--hub", str(tmp_path / "reports" / "named"))
    index = tmp_path / "reports" / "index.html"
    assert 'href="named/index.html"' in index.read_text()


def test_a_broken_neighbour_does_not_cost_a_session_its_report(verb: Verb, tmp_path: Path) -> None:
    old = tmp_path / "reports" / "old"
    write_json(old / "session.json", {})
    write_json(old / "summary.json", {"schema_version": "0.1"})
    verb("run", "small", "--backends", "toy,other", "--hub", str(tmp_path / "reports" / "new"))
    assert (tmp_path / "reports" / "new" / "manifest.json").is_file()
    assert "schema_version is &#39;0.1&#39;" in (tmp_path / "reports" / "index.html").read_text()


def test_an_index_that_cannot_be_written_does_not_cost_a_session_its_report(verb: Verb, tmp_path: Path) -> None:
    (tmp_path / "reports" / "index.html").mkdir(parents=True)
    result = verb("run", "small", "--backends", "toy,other", "--hub", str(tmp_path / "reports" / "new"))
    assert "no index over the hubs" in result.stderr
    assert result.stdout.splitlines()[-1] == f"hub: {tmp_path / 'reports' / 'new'}"
    assert (tmp_path / "reports" / "new" / "manifest.json").is_file()
