"""A session with an injected fault: it is red, says so wherever it is read, and leaves no trace in the store."""

import json
from pathlib import Path

import pytest

FAULT = "training.rate-not-told"


def test_an_injected_fault_is_red_said_everywhere_and_ends_with_its_session(project: pytest.Pytester) -> None:
    arguments = ("-k", "telemetry", "--parity-hub")
    result = project.runpytest_inprocess(*arguments, "hub", "--parity-fault", FAULT)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"warning: injected fault: {FAULT}@*; this port was broken on purpose"])
    hub = project.path / "hub"
    [case] = json.loads((hub / "summary.json").read_text())["cases"]
    told = case["fault"]
    assert told.startswith(f"{FAULT}@")
    pages = ("index.html", "small/index.html", "summary.md", "small/red/telemetry.md", "session.json")
    assert [page for page in pages if told not in read(hub, page)] == []
    project.runpytest_inprocess(*arguments, "after").assert_outcomes(passed=1)
    assert json.loads((project.path / "after" / "summary.json").read_text())["cases"][0]["fault"] is None


def read(hub: Path, page: str) -> str:
    return (hub / page).read_text()


def test_an_unknown_fault_is_refused(project: pytest.Pytester) -> None:
    result = project.runpytest_inprocess("--parity-fault", "nothing.such")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*fault 'nothing.such' is unknown*faults list*"])


def test_a_fault_of_another_network_is_refused_before_anything_runs(project: pytest.Pytester) -> None:
    fault = "artifacts.bundle-scale-one"
    project.path.joinpath("scenarios", "own.yaml").write_text("network: stated\n")
    refused = project.runpytest_inprocess("--parity-fault", fault, "--parity-hub", "hub")
    assert refused.ret == pytest.ExitCode.USAGE_ERROR
    refused.stderr.fnmatch_lines([f"*found {fault}, a fault of the network pinn, for own, a case of the network *"])
    assert not (project.path / "hub").exists()
    chosen = project.runpytest_inprocess("-k", "small and dataset", "--parity-fault", fault)
    chosen.assert_outcomes(passed=1)
