"""The options: on the command line, in the ini file, and which of them wins."""

import os
from pathlib import Path

import pytest

from harness.plugin.command_line import request_of
from harness.session.options import OPTIONS
from harness.session.request import Request

OF_THIS_VERSION = {
    "profile", "scenarios", "hub", "backends", "python", "upstream", "override", "device", "store", "data", "timeout",
    "log-patch-stats", "patch-stats-limit", "strict", "fault", "budget", "executor", "threads",
}  # fmt: skip


def asked(project: pytest.Pytester, ini: str, *arguments: str) -> Request:
    """What a session is asked by an ini file and a command line."""
    project.makepyprojecttoml(f"[tool.pytest.ini_options]\n{ini}")
    return request_of(project.parseconfigure(*arguments))


def test_every_option_of_the_interface_is_there() -> None:
    assert {option.name for option in OPTIONS} == OF_THIS_VERSION


def test_defaults(project: pytest.Pytester) -> None:
    request = asked(project, "")
    assert (request.profile, request.backends, request.device) == ("stable", ("tensorflow", "torch"), "auto")
    assert request.scenario_folders == (project.path / "scenarios",)
    assert (request.hub, request.store, request.timeout, request.patch_stats_limit) == (None, None, None, 2)
    assert request.budget is None
    assert not request.strict
    assert not request.log_patch_stats
    assert not request.overrides
    assert not request.data_folders


def test_ini_file(project: pytest.Pytester) -> None:
    (project.path / "more").mkdir()
    ini = """
parity_profile = "smoke"
parity_scenarios = ["more"]
parity_hub = "here"
parity_backends = "toy,other"
parity_override = ["training.epochs=3"]
parity_device = "cpu"
parity_store = "off"
parity_data = ["data"]
parity_timeout = "9"
parity_budget = "60"
parity_log_patch_stats = true
parity_patch_stats_limit = "5"
parity_strict = true
"""
    request = asked(project, ini)
    assert (request.profile, request.backends, request.device, request.store) == (
        "smoke",
        ("toy", "other"),
        "cpu",
        "off",
    )
    assert request.scenario_folders == (project.path / "scenarios", project.path / "more")
    assert (request.hub, request.timeout, request.patch_stats_limit) == (project.path / "here", 9.0, 5)
    assert request.budget == 60.0
    assert request.overrides == {"training.epochs": "3"}
    assert request.data_folders == (project.path / "data",)
    assert request.strict
    assert request.log_patch_stats


def test_the_command_line_wins_and_lists_are_joined(project: pytest.Pytester) -> None:
    ini = 'parity_profile = "full"\nparity_override = ["training.epochs=3", "training.seed=1"]\n'
    request = asked(project, ini, "--parity-profile", "smoke", "--parity-override", "training.epochs=5")
    assert request.profile == "smoke"
    assert request.overrides == {"training.epochs": "5", "training.seed": "1"}


def test_a_wrong_value_is_one_sentence(project: pytest.Pytester) -> None:
    result = project.runpytest_inprocess("--parity-profile", "big")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --parity-profile: found 'big'; allowed: smoke, stable, full."])


def test_registered_once_beside_the_entry_point(
    project: pytest.Pytester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The repository's conftest and the entry point of the installed distribution must not both register."""
    information = tmp_path / "site" / "parity_plugin-1.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: parity-plugin\nVersion: 1\n")
    (information / "entry_points.txt").write_text("[pytest11]\nparity = harness.plugin.entry\n")
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"), prepend=os.pathsep)
    result = project.runpytest_subprocess("--collect-only", "-q", "-k", "canvas")
    result.stdout.fnmatch_lines(["tests/parity/test_ladder.py::test_canvas?small?"])


def test_a_folder_that_pytest_takes_for_its_root_is_said(project: pytest.Pytester, tmp_path: Path) -> None:
    project.makepyprojecttoml("[tool.pytest.ini_options]\n")
    (project.path / "conftest.py").unlink()
    outside = tmp_path / "store"
    outside.mkdir()
    plugin = ("-p", "harness.plugin.entry")
    result = project.runpytest_subprocess(*plugin, "--parity-store", str(outside))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: pytest took * for the root of the project instead of *--parity-store=DIR."])
    result = project.runpytest_subprocess(*plugin, f"--parity-store={outside}", "--collect-only")
    assert result.ret == pytest.ExitCode.OK
