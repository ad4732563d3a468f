"""Which tests run on one worker of pytest-xdist."""

from harness.plugin.scheduling import SharedWorkScheduling


def scope(nodeid: str) -> str:
    return SharedWorkScheduling._split_scope(None, nodeid)  # type: ignore[arg-type]


def test_the_rungs_of_a_case_are_kept_together() -> None:
    rungs = [f"tests/parity/test_ladder.py::test_{rung}[dose_gs2-1e4-mae]" for rung in ("dataset", "stages")]
    assert {scope(rung) for rung in rungs} == {"dose_gs2-1e4-mae"}


def test_the_faults_of_a_side_are_kept_together() -> None:
    faults = [f"tests/faults/test_catalogue.py::test_fault[{name}@torch]" for name in ("scale.off", "model.bias")]
    assert {scope(fault) for fault in faults} == {"torch"}
    assert scope("tests/faults/test_catalogue.py::test_fault[scale.off@tensorflow]") == "tensorflow"


def test_every_other_test_stands_alone() -> None:
    for nodeid in ("tests/unit/judge/test_frc.py::test_a[torch]", "tests/parity/test_ladder.py::test_cases"):
        assert scope(nodeid) == nodeid
