"""Evidence beside the verdicts: short for a pass, and all that is needed to repeat a failure."""

from pathlib import Path

import pytest

from harness import layout
from harness.judge.verdict import Check, RungVerdict
from harness.records.case import CaseRecord
from harness.session import notes

CASE = CaseRecord(
    id="gs1",
    scenario="gs1",
    file="gs1.yaml",
    description="",
    profile="smoke",
    overrides={"training.seed": "7"},
    backends=("a", "b"),
    rungs=("loss",),
    limits={},
    limit_origins={},
)


def verdict(status: str) -> RungVerdict:
    return RungVerdict("loss", (Check("loss", "total", status, 2.0, 1.0, -1.0, "ledger", f"says {status}"),))  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    CASE.write(tmp_path / layout.CASE)
    return tmp_path


@pytest.mark.parametrize(
    ("status", "note"),
    [("pass", "green"), ("fail", "red"), ("error", "red"), ("inconclusive", "red"), ("skipped", None)],
)
def test_colour(folder: Path, status: str, note: str | None) -> None:
    notes.write(folder, verdict(status))
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*.md")}
    assert found == ({f"{note}/loss.md"} if note else set())


def test_a_red_note_says_what_went_wrong_and_how_to_repeat_it(folder: Path) -> None:
    notes.write(folder, verdict("fail"))
    text = (folder / "red" / "loss.md").read_text()
    assert "- total: says fail" in text
    assert "total  fail    2      1      -1      ledger" in text
    assert (
        "pytest -m parity -k 'test_loss[gs1]' --parity-profile smoke --parity-backends a,b "
        "--parity-override training.seed=7" in text
    )
    assert f"all of it is in `{layout.ENVIRONMENT}` of the hub" in text


def test_checks_are_shown_with_the_worst_first() -> None:
    checks = [
        Check("r", n, s, 1.0, 1.0, m, "ledger", "")
        for n, s, m in (("good", "pass", 0.9), ("near", "pass", 0.1), ("bad", "fail", -1.0), ("none", "error", None))  # type: ignore[arg-type]
    ]
    names = [line.split()[0] for line in notes.checks_table(tuple(checks)).splitlines()[1:]]
    assert names == ["bad", "none", "near", "good"]
