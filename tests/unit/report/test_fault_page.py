"""The page of the injected faults shows what was measured, and says what was not."""

import shutil
from dataclasses import replace
from pathlib import Path

from harness import layout
from harness.faults import catalogue
from harness.faults.catalogue import Injected
from harness.files import read_json
from harness.report import fault_matrix, fault_page
from harness.session import manifest, sensitivity
from harness.session.trials import Outcome

SIGN = catalogue.named("geometry.offset-sign")
CAUGHT = Outcome(Injected(SIGN, "torch"), ("stages", "loss"), ("dataset", "stages", "loss"), "too far apart")
MISSED = Outcome(Injected(catalogue.named("scale.off"), "torch"), (), ("stages", "loss"), "")


def test_what_is_open_stands_first_and_every_rung_has_its_sign(tmp_path: Path) -> None:
    page = fault_page.add(tmp_path, layout.FAULT_MATRIX, fault_matrix.record([CAUGHT, MISSED])).read_text()
    assert page.index("scale.off") < page.index("geometry.offset-sign")
    assert "open: stages expected" in page
    assert "2 faults in 2 trials: 1 caught (50.0 %), 1 (50.0 %) with" in page
    row = page[page.index(">geometry.offset-sign") :]
    assert row.index("·") < row.index("✕") < row.index(">x<")


def test_what_was_not_measured_is_said(tmp_path: Path) -> None:
    page = fault_page.add(tmp_path, layout.FAULT_MATRIX, fault_matrix.record([CAUGHT])).read_text()
    assert "False alarms were not measured" in page
    bracket = sensitivity.Bracket(MISSED.injected, 1e-9, 1e-11, "stages")
    page = fault_page.add(tmp_path, layout.FAULT_SENSITIVITY, [sensitivity.row(bracket)]).read_text()
    alarms = {"compared": 100, "alarms": 0, "low": 0.0, "high": 0.0362}
    alarms |= {"seeds": [7, 8], "precisions": ["float32", "float64"], "profile": "smoke"}
    page = fault_page.add(tmp_path, layout.FALSE_ALARMS, alarms).read_text()
    assert "not measured" not in page.lower()
    assert "1e-09" in page
    assert "0.036" in page
    assert "geometry.offset-sign" in page


def test_the_text_says_the_same(tmp_path: Path) -> None:
    both = replace(CAUGHT, injected=replace(CAUGHT.injected, backend="tensorflow"))
    fault_page.add(tmp_path, layout.FAULT_MATRIX, fault_matrix.record([CAUGHT, both, MISSED]))
    bracket = sensitivity.Bracket(MISSED.injected, 1e-9, 1e-11, "stages")
    fault_page.add(tmp_path, layout.FAULT_SENSITIVITY, [sensitivity.row(bracket)])
    lines = (tmp_path / "faults" / "faults.md").read_text().splitlines()
    assert sum("| geometry.offset-sign |" in line for line in lines) == 1
    assert any(
        line.startswith("| geometry.offset-sign |") and "| both | stages | stages, loss |" in line for line in lines
    )
    assert "| scale.off | torch | stages | none |  |" in lines
    assert "| scale.off | torch | relative excess of the scale | 0.01 | 1e-09 | 1e-11 | stages |" in lines
    assert "Not measured (`python benchmarks/clean_runs.py --hub DIR`)." in lines


def test_texts_are_escaped(tmp_path: Path) -> None:
    odd = Outcome(Injected(replace(SIGN, sentence="A <b>bold</b> change."), "torch"), ("stages",), ("stages",), "")
    page = fault_page.add(tmp_path, layout.FAULT_MATRIX, fault_matrix.record([odd])).read_text()
    assert "A &lt;b&gt;bold&lt;/b&gt; change." in page


def test_the_manifest_of_a_hub_lists_the_new_files_and_its_page_leads_to_them(made: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(made, tmp_path / "hub"))
    assert "injected faults" not in (root / "index.html").read_text()
    fault_page.add(root, layout.FAULT_MATRIX, fault_matrix.record([CAUGHT]))
    listed = {entry["path"] for entry in read_json(root / layout.MANIFEST)["files"]}
    assert {"faults/matrix.json", "faults/index.html"} <= listed
    assert manifest.changed(root) == []
    assert '<a href="faults/index.html">injected faults</a>' in (root / "index.html").read_text()
    assert '<a href="../index.html">' in (root / "faults" / "index.html").read_text()
