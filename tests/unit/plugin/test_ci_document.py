"""`docs/ci.md`: its workflows are what their readers take, and their commands do what they say, on toy backends."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[3]
BLOCKS = re.findall(r"```(yaml|sh)\n(.*?)```", (ROOT / "docs" / "ci.md").read_text(encoding="utf-8"), re.DOTALL)
GITHUB, GITLAB = (YAML(typ="safe").load(io.StringIO(text)) for kind, text in BLOCKS if kind == "yaml")
HOOK, SLURM = (text for kind, text in BLOCKS if kind == "sh")
Writer = Callable[..., None]


@pytest.fixture
def checkout(project: pytest.Pytester, scenario: Writer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose one case bears the name that the documents use, and a program `pytest` that is this one."""
    (project.path / "scenarios" / "small.yaml").rename(project.path / "scenarios" / "gs2_custom.yaml")
    program = project.path / "bin" / "pytest"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pytest -p xdist "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    (project.path / ".venv" / "bin").mkdir(parents=True)
    (project.path / ".venv" / "bin" / "activate").write_text("")
    return project.path


def run(script: str, folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, **variables}
    return subprocess.run(["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True)


def steps_of(job: dict[str, Any]) -> tuple[str, str]:
    """The steps that run the suite, and what is done with its summary."""
    commands = [step["run"] for step in job["steps"] if "run" in step]
    _, suite, summary = commands
    return suite, summary


@pytest.mark.slow
def test_a_workflow_of_github_runs_annotates_and_tells(checkout: Path) -> None:
    job = GITHUB["jobs"]["parity"]
    suite, summary = steps_of(job)
    done = run(suite, checkout, GITHUB_ACTIONS="true", CI="true")
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search("^::error title=gs2_custom%3A ", done.stdout, re.MULTILINE)
    assert done.stdout.rstrip().splitlines()[-1].startswith("gs2_custom: ERROR at stages: ")
    told = checkout / "told.md"
    assert run(summary, checkout, GITHUB_STEP_SUMMARY=str(told)).returncode == 0
    assert told.read_text() == (checkout / "hub" / "summary.md").read_text()
    uses = {step["uses"].partition("@")[0]: step for step in job["steps"] if "uses" in step}
    assert (checkout / uses["actions/cache"]["with"]["path"] / "train").is_dir()
    assert (checkout / uses["actions/upload-artifact"]["with"]["path"] / "index.html").is_file()
    assert {step.get("if") for step in job["steps"][-2:]} == {"always()"}


@pytest.mark.slow
def test_a_job_of_gitlab_leaves_its_times(checkout: Path) -> None:
    job = GITLAB["parity"]
    assert run(job["script"][-1], checkout).returncode == 1
    (suite,) = JUnitXml.fromfile(str(checkout / job["artifacts"]["reports"]["junit"]))
    assert any(test.time > 0 for test in suite)
    assert (checkout / job["cache"]["paths"][0] / "train").is_dir()
    assert GITHUB["jobs"]["parity"]["steps"][-3]["run"] == job["script"][-1]


def test_the_hook_stops_a_push_and_says_why(checkout: Path) -> None:
    done = run(HOOK, checkout)
    assert done.returncode == 1, done.stderr
    assert done.stdout.rstrip().splitlines()[-1].startswith("gs2_custom: FAIL at stages: float32.input: stage input ")
    judged = {path.stem for path in next((checkout / "reports").glob("*Z/gs2_custom/checks")).iterdir()}
    assert "telemetry" not in judged


@pytest.mark.slow
def test_a_job_of_slurm_fills_hub_and_store(checkout: Path, tmp_path: Path) -> None:
    variables = {"SLURM_JOB_ID": "7", "SLURM_CPUS_PER_TASK": "2", "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    done = run(SLURM, checkout, **variables)
    assert done.returncode == 1, done.stdout + done.stderr
    assert (checkout / "reports" / "slurm-7" / "manifest.json").is_file()
    assert (tmp_path / "parity-store" / "train").is_dir()
    assert (tmp_path / "parity-7" / "ptycho-parity" / "cores").is_dir()
