"""The line on a session: which case, which leg, and how long still by what the legs took when they last ran."""

from pathlib import Path

import pytest

from harness import layout
from harness.records import jobs
from harness.records.case import CaseRecord
from harness.records.jobs import JobRecord
from harness.records.prepared import PreparedRecord
from harness.records.session import SessionRecord
from harness.run import cores, timings
from harness.session import remaining

SIDES = ("tensorflow", "torch")
LEGS = ("lockstep", "graft", "repeat")


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "available", lambda: 2)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A hub with three cases, of which rung stages is planned: one is done, one began, one did not."""
    for name in ("a", "b", "c"):
        case = CaseRecord(
            id=name, scenario=name, file="x.yaml", description="", profile="smoke", overrides={}, backends=SIDES,
            fault=None, rungs=("stages",), limits={}, limit_origins={},
        )  # fmt: skip
        (tmp_path / "hub" / name).mkdir(parents=True)
        case.write(tmp_path / "hub" / name / layout.CASE)
    PreparedRecord(status="done", reason="", late=False).write(tmp_path / "hub" / "a" / layout.PREPARED)
    (tmp_path / "hub" / "b" / layout.PROGRESS).write_text("")
    return tmp_path / "hub"


def ended(root: Path, case: str, *legs: str, cached: bool = False) -> None:
    found = [
        JobRecord(backend=side, leg=leg, status="done", cached=cached, seconds=1.0, key="k", error=None)
        for side in SIDES
        for leg in legs
    ]
    jobs.write(root / case / layout.JOBS, found)


def took(store: Path, seconds: float, *cases: str) -> None:
    for case in cases:
        for side in SIDES:
            for leg in LEGS:
                timings.note(store, "smoke", case, f"{side}/{leg}", seconds)


def test_a_session_that_never_ran_here_has_no_estimate(root: Path, tmp_path: Path) -> None:
    assert remaining.line(root, tmp_path / "store") == "  case 2 of 3, leg 1 of 3"


@pytest.mark.parametrize(("executor", "estimate"), [("local", ", about 3 min left"), ("dask", "")])
def test_an_engine_has_machines_that_nobody_here_counts(
    root: Path, tmp_path: Path, executor: str, estimate: str
) -> None:
    SessionRecord(
        command="x", profile="smoke", backends=SIDES, interpreters={}, overrides={}, device="cpu", store="on",
        timeout=None, executor=executor, started="2026-11-30T00:00:00Z", finished=None, exit_status=None,
    ).write(root / layout.SESSION)  # fmt: skip
    took(tmp_path / "store", 40.0, "b", "c")
    ended(root, "b", "lockstep")
    assert remaining.line(root, tmp_path / "store") == f"  case 2 of 3, leg 2 of 3{estimate}"


def test_case_leg_and_time_left(root: Path, tmp_path: Path) -> None:
    """Both sides run at once; the reference is not grafted."""
    took(tmp_path / "store", 40.0, "b", "c")
    ended(root, "b", "lockstep")
    assert remaining.line(root, tmp_path / "store") == "  case 2 of 3, leg 2 of 3, about 3 min left"
    assert remaining.seconds_left([root / "b"], tmp_path / "store") == pytest.approx(80.0)
    assert remaining.seconds_left([root / "c"], tmp_path / "store") == pytest.approx(120.0)


def test_one_core_takes_the_sum(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "available", lambda: 1)
    took(tmp_path / "store", 40.0, "b", "c")
    assert remaining.seconds_left([root / "c"], tmp_path / "store") == pytest.approx(200.0)


def test_what_comes_from_the_store_takes_no_time(root: Path, tmp_path: Path) -> None:
    took(tmp_path / "store", 40.0, "b", "c")
    ended(root, "a", *LEGS, cached=True)
    ended(root, "b", "lockstep", "repeat", cached=True)
    assert remaining.line(root, tmp_path / "store") == "  case 2 of 3, leg 3 of 3, about 40 s left"


def test_further_seeds_are_told_and_counted(root: Path, tmp_path: Path) -> None:
    case = CaseRecord.read(root / "b" / layout.CASE).model_copy(update={"rungs": ("telemetry", "ensemble")})
    case.write(root / "b" / layout.CASE)
    (root / "b" / layout.SCENARIO).write_text("ensemble: {seeds: 4}\n")
    ended(root, "b", "replay", "train", "infer")
    (root / "b" / "ensemble" / "8").mkdir(parents=True)
    ended(root, "b/ensemble/8", "train", "infer")
    for side in SIDES:
        for leg in ("train", "infer"):
            timings.note(tmp_path / "store", "smoke", "b", f"{side}/{leg}", 10.0)
    assert remaining.seconds_left([root / "b"], tmp_path / "store") == pytest.approx(2 * 20.0)
    assert remaining.line(root, tmp_path / "store").startswith("  case 2 of 3, 2 more seeds to train")
