"""A session of the ladder with toy backends: what runs, what it leaves, and what it says."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Writer = Callable[..., None]
MEASURED = "dataset: {source: file, file: nowhere.npz, probe: {kind: file}}\n"

QUICK = ("-k", "telemetry or canvas")


def summary_of(project: pytest.Pytester, name: str = "hub") -> dict[str, Any]:
    summary: dict[str, Any] = json.loads((project.path / name / "summary.json").read_text())
    return summary


def test_a_session_tells_how_far_its_sides_have_come(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.plugin.progress._POLL_SECONDS", 0.01)  # the toys need less time than one pause
    result = project.runpytest_inprocess(
        "-k", "stages or telemetry", "--parity-store=empty"
    )  # what is stored is not told
    result.stdout.fnmatch_lines_random(["  small  *toy*  *", "  small  *other*  *", "  case 1 of 1, *"])


def test_a_session_leaves_a_hub_and_ends_with_a_line_a_case(project: pytest.Pytester) -> None:
    result = project.runpytest_inprocess("--parity-hub", "hub", "-v")
    result.stdout.fnmatch_lines(["*test_exchange?small? PASSED*"])
    result.stdout.fnmatch_lines(
        ["*= parity =*", "hub: hub", "*= * failed*", "small: ERROR at stages: *; repeat: pytest *"]
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    summary = summary_of(project)
    session, case = (
        json.loads((project.path / "hub" / name).read_text()) for name in ("session.json", "small/case.json")
    )
    assert session["planned"] == {"small": case["rungs"]}
    assert summary["cases"][0]["lowest_red_rung"] == "stages"
    assert summary["exit_status"] == 1
    assert summary["finished"] is not None
    assert {path.stem for path in (project.path / "hub" / "small" / "checks").iterdir()} >= {"dataset", "exchange"}
    assert (project.path / "hub" / "index.html").is_file()
    assert (project.path / "hub" / "manifest.json").is_file()


def test_a_rung_above_the_lowest_red_one_is_told_in_one_line(project: pytest.Pytester) -> None:
    result = project.runpytest_inprocess("-k", "stages or step", "--parity-profile", "smoke")
    result.stdout.fnmatch_lines(["*: step, above stages, the lowest red rung; its checks are in red/step.md *"])
    result.stdout.no_fnmatch_line("*: stages, above *")
    result.stdout.re_match_lines([r"small: .* at stages: .*; \d more (is|are) red above it; repeat: "])


def test_an_interrupt_that_python_swallows_is_no_traceback(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_other="""
        class Collected:
            def __del__(self):
                raise self.error
        def test_interrupt():
            Collected.error = KeyboardInterrupt
            Collected()
        def test_error():
            Collected.error = ValueError
            Collected()
        """
    )
    result = project.runpytest_inprocess("test_other.py")  # in here every other warning is an error
    result.assert_outcomes(passed=1, failed=1)


def test_a_header_says_what_is_compared_and_wrong_options_are_refused_before_the_collection(
    project: pytest.Pytester,
) -> None:
    result = project.runpytest_inprocess("--collect-only", "--parity-store=store", "--parity-hub=hub", "-k", "canvas")
    result.stdout.fnmatch_lines(
        ["parity: other against toy, profile stable, device auto", "parity: store store, hub hub"]
    )
    refused = project.runpytest_inprocess("--parity-backends", "toy,nosuch")
    assert refused.ret == pytest.ExitCode.USAGE_ERROR
    refused.stderr.fnmatch_lines(["ERROR: backend 'nosuch' is unknown to this interpreter; it knows *"])
    refused.stdout.no_fnmatch_line("*collected*")


def test_a_second_session_says_that_nothing_was_run(project: pytest.Pytester) -> None:
    for _ in range(2):
        result = project.runpytest_inprocess(*QUICK, "--parity-profile", "smoke", "-q")
        result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        ["hub: reports/20*Z", "small: PASS, nearest to its limit: *.*, which uses * of it (from the store)"]
    )
    result.stdout.no_fnmatch_line("  small  *toy*")
    *hubs, index, latest = sorted(path.name for path in (project.path / "reports").iterdir())
    assert len(hubs) == 2
    assert (index, latest) == ("index.html", "latest")
    assert (project.path / "reports" / latest).resolve().name == hubs[1]
    assert all(f'href="{hub}/index.html"' in (project.path / "reports" / index).read_text() for hub in hubs)


def test_overrides_are_warned_recorded_and_shown(project: pytest.Pytester) -> None:
    arguments = ("-k", "telemetry", "--parity-hub", "hub", "--parity-override", "training.epochs=3")
    result = project.runpytest_inprocess(*arguments)
    result.stdout.fnmatch_lines(["warning: overridden on the command line: training.epochs=3"])
    assert summary_of(project)["cases"][0]["overrides"] == {"training.epochs": "3"}
    assert "training.epochs=3" in (project.path / "hub" / "index.html").read_text()
    assert "epochs: 3 # override" in (project.path / "hub" / "small" / "scenario.yaml").read_text()


def test_limits_are_those_of_each_case_and_an_override_ends_with_its_session(
    project: pytest.Pytester, scenario: Writer
) -> None:
    """In one process, the looser one between two that have none: nothing of it may be remembered."""
    scenario("stated", "limits: {telemetry.final_loss: 0.3}\n")
    found = {}
    for name, more in (("before", ()), ("between", ("limits.telemetry.final_loss=0.9",)), ("after", ())):
        overrides = [word for override in more for word in ("--parity-override", override)]
        result = project.runpytest_inprocess("-k", "telemetry", "--parity-hub", name, *overrides)
        result.assert_outcomes(passed=2)
        checks = {case["id"]: case["checks"] for case in summary_of(project, name)["cases"]}
        last = {case: next(one for one in made if one["name"] == "final_loss") for case, made in checks.items()}
        found[name] = {case: (check["limit"], check["origin"]) for case, check in last.items()}
    assert found["between"] == {"small": (0.9, "override"), "stated": (0.9, "override")}
    (limit, origin) = found["before"]["stated"]
    assert (limit, found["before"]["small"]) == (0.3, (0.5, "ledger"))
    assert origin.startswith("scenario scenarios/stated.yaml:")
    assert found["after"] == found["before"]


def test_missing_data_is_skipped_with_its_reason(project: pytest.Pytester, scenario: Writer) -> None:
    scenario("measured", whole=MEASURED)
    result = project.runpytest_inprocess("-k", "measured and telemetry", "--parity-hub", "hub", "-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*nowhere.npz*--parity-data*", "measured: SKIPPED: *nowhere.npz*"])
    case = summary_of(project)["cases"][0]
    assert case["status"] == "skipped"
    assert "nowhere.npz" in case["message"]
    assert "nowhere.npz" in (project.path / "hub" / "index.html").read_text()


def test_what_a_backend_cannot_do_is_inconclusive(project: pytest.Pytester) -> None:
    arguments = ("-k", "stages", "--parity-backends", "toy,half")
    result = project.runpytest_inprocess(*arguments)
    result.assert_outcomes(xfailed=1)
    result.stdout.fnmatch_lines(["small: INCONCLUSIVE: *half*"])
    project.runpytest_inprocess(*arguments, "--parity-strict").assert_outcomes(failed=1)


def test_a_dying_backend_is_an_error_with_its_evidence(project: pytest.Pytester) -> None:
    result = project.runpytest_inprocess("-k", "telemetry", "--parity-backends", "toy,crashing", "--parity-hub", "hub")
    result.assert_outcomes(errors=1)
    notes = {path.name for path in (project.path / "hub" / "small" / "red").glob("*.md")}
    assert {"telemetry.md", "crashing_train.md"} <= notes


def test_values_that_are_not_finite_do_not_cost_the_report(project: pytest.Pytester) -> None:
    arguments = ("-k", "telemetry or patches", "--parity-backends", "toy,unfinite", "--parity-hub", "hub")
    result = project.runpytest_inprocess(*arguments)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["warning: small, unfinite: loss is NaN or Inf, first in epoch 0"])
    side = summary_of(project)["cases"][0]["backends"]["unfinite"]
    assert side["first_nonfinite"] == {"metric": "loss", "epoch": 0}
    assert side["final_loss"] is None
    assert (project.path / "hub" / "manifest.json").is_file()


def test_no_hub_without_a_rung_or_a_run(project: pytest.Pytester) -> None:
    project.makepyfile(test_own="def test_passes(): pass")
    assert project.runpytest_inprocess("test_own.py").ret == pytest.ExitCode.OK
    assert project.runpytest_inprocess("--collect-only").ret == pytest.ExitCode.OK
    assert not (project.path / "reports").exists()


def test_a_hub_is_never_overwritten(project: pytest.Pytester) -> None:
    (project.path / "hub").mkdir()
    (project.path / "hub" / "kept.txt").write_text("kept")
    result = project.runpytest_inprocess("--parity-hub", "hub")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: *hub: is not empty*"])
    assert [path.name for path in (project.path / "hub").iterdir()] == ["kept.txt"]


def test_stopping_at_the_first_failure_leaves_a_hub_that_says_so(project: pytest.Pytester, scenario: Writer) -> None:
    scenario("small_too")
    project.runpytest_inprocess("-x", "-k", "stages or canvas", "--parity-hub", "hub").assert_outcomes(failed=1)
    cases = summary_of(project)["cases"]
    checks = [(c["status"], c["message"]) for case in cases for c in case["checks"]]
    assert checks.count(("inconclusive", "not judged: the session ended before this rung")) == 3
    assert [case["status"] for case in cases] == ["fail", "inconclusive"], "red stays red, and the rest is not red"


@pytest.mark.slow
def test_workers_share_one_hub_and_run_a_case_once(project: pytest.Pytester, scenario: Writer) -> None:
    scenario("injected", "model: {border: mean}\n")
    rungs = ("-k", "telemetry or patches or canvas")
    result = project.runpytest_subprocess(*rungs, "-p", "xdist", "-n", "2", "-v", "--parity-store", "store")
    result.assert_outcomes(passed=6)
    worker_of = dict.fromkeys(re.findall(r"\[(gw\d)\].* PASSED .*\[(\w+)\]", result.stdout.str()))
    assert sorted(case for _, case in worker_of) == ["injected", "small"]  # each with all its rungs on one worker
    result.stdout.fnmatch_lines(["hub: reports/20*Z", "injected: PASS, *", "small: PASS, *"])
    hub = project.path / "reports" / "latest"
    for case in ("injected", "small"):
        jobs = json.loads((hub / case / "jobs.json").read_text())
        trained = [job["backend"] for job in jobs if job["leg"] == "train"]
        assert sorted(trained) == ["other", "toy"]
        log = (hub / case / "toy" / "cli" / "worker.log").read_text()
        assert log.count("toy train: begins") == 1


def test_workers_hand_a_bad_scenario_to_the_controller(project: pytest.Pytester, scenario: Writer) -> None:
    scenario("bad", "trainin: {epochs: 2}\n")
    result = project.runpytest_subprocess("-p", "xdist", "-n", "1")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(["ERROR: *bad.yaml:6: trainin: *"])
    assert not list((project.path / "reports").iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_a_hub_that_says_so(project: pytest.Pytester, number: int) -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-k",
        "telemetry",
        "--parity-hub",
        "hub",
        "--parity-backends",
        "toy,hanging",
    ]
    process = subprocess.Popen(command, cwd=project.path, env=os.environ, stdout=subprocess.PIPE, text=True)
    progress = project.path / "hub" / "small" / "progress.jsonl"
    _wait_for(progress, process)
    process.send_signal(number)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == pytest.ExitCode.INTERRUPTED, output
    summary = summary_of(project)
    assert summary["exit_status"] == 2
    assert summary["cases"][0]["checks"][0]["message"].startswith("not judged")


def _wait_for(path: Path, process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_an_interrupt_when_pytest_clears_up_is_one_line(project: pytest.Pytester) -> None:
    conftest = project.path / "conftest.py"
    ending = "\nimport os, signal\ndef pytest_unconfigure():\n    os.kill(os.getpid(), signal.SIGINT)\n"
    conftest.write_text(conftest.read_text() + ending)
    result = project.runpytest_subprocess(
        "-m", "parity", "-k", "dataset", "--parity-profile", "smoke", "--parity-hub=hub"
    )
    assert result.ret == -signal.SIGINT
    assert "interrupted." in result.stderr.str()
    assert "Traceback" not in result.stdout.str() + result.stderr.str()


def test_an_interrupt_while_the_report_is_made_is_said(project: pytest.Pytester) -> None:
    interrupting = (
        "\nimport os, signal, harness.report.assembly as assembly\n"
        "def interrupted(*_): os.kill(os.getpid(), signal.SIGINT)\n"
        "assembly.finish = interrupted\n"
    )
    conftest = project.path / "conftest.py"
    conftest.write_text(conftest.read_text() + interrupting)
    result = project.runpytest_subprocess(
        "-m", "parity", "-k", "dataset", "--parity-profile", "smoke", "--parity-hub=hub"
    )
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["ERROR: no report was made: interrupted; python -m harness report *hub makes it."])
    assert "Traceback" not in result.stdout.str() + result.stderr.str()
