"""What a person typed, checked."""

import sys
from pathlib import Path
from typing import Any

import pytest

from harness.errors import HarnessError
from harness.run import cores, devices
from harness.run.devices import Device
from harness.run.executors import executor, local
from harness.session.request import Request


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"profile": "big"}, "--parity-profile: found 'big'; allowed: smoke, stable, full"),
        ({"backends": "torch"}, "two different names, reference first"),
        ({"backends": "torch,torch"}, "two different names"),
        ({"backends": "a,b,c"}, "two different names"),
        ({"backends": "tensorflow,../../../X"}, "found '../../../X'; allowed: letters, digits"),
        ({"backends": "torch,.."}, "found '..'; allowed: letters, digits"),
        ({"backends": "torch,a b"}, "found 'a b'; allowed: letters, digits"),
        ({"backends": "torch,jax"}, "backend 'jax' is unknown to this interpreter; it knows"),
        ({"override": ["training.epochs"]}, "expected NAME=VALUE"),
        ({"python": ["jax=/bin/sh"]}, "found 'jax'; allowed: tensorflow, torch"),
        ({"python": ["torch=/nowhere/python"]}, "names no program that can be run"),
        ({"timeout": "soon"}, "--parity-timeout: found 'soon'"),
        ({"timeout": "0"}, "--parity-timeout: found '0'"),
        ({"patch_stats_limit": "2.5"}, "expected a whole number"),
        ({"patch_stats_limit": "-1"}, "expected a whole number"),
        ({"device": "tpu"}, "allowed are auto, cpu, gpu and gpu:K"),
        ({"threads": "two"}, "expected a whole number"),
        ({"threads": "0"}, "--parity-threads: found 0; allowed: 1 to"),
        ({"threads": "100000"}, "--parity-threads: found 100000; allowed: 1 to"),
        ({"executor": "slurm"}, "--parity-executor: found 'slurm'; allowed: local, dask."),
        ({"scenarios": [Path("nowhere")]}, "--parity-scenarios: nowhere is not a folder"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(HarnessError, match=sentence):
        Request.from_texts(tmp_path, **options)


def test_interpreters(tmp_path: Path) -> None:
    request = Request.from_texts(tmp_path, python=["torch=/bin/sh"])
    assert request.interpreter("torch") == Path("/bin/sh")
    assert request.interpreter("tensorflow") == Path(sys.executable)


def test_a_value_may_hold_an_equals_sign(tmp_path: Path) -> None:
    assert Request.from_texts(tmp_path, override=["description=a=b"]).overrides == {"description": "a=b"}


def test_a_users_scenarios_come_besides_the_projects_own(tmp_path: Path) -> None:
    for name in ("scenarios", "mine"):
        (tmp_path / name).mkdir()
    request = Request.from_texts(tmp_path, scenarios=[tmp_path / "mine", tmp_path / "scenarios"])
    assert request.scenario_folders == (tmp_path / "scenarios", tmp_path / "mine")


def test_no_path_of_this_machine_is_recorded(tmp_path: Path) -> None:
    request = Request.from_texts(tmp_path, python=["torch=/bin/sh"], hub=tmp_path, store=str(tmp_path), data=[tmp_path])
    assert "/" not in str(request.record("x", "2026-11-01T02:00:00Z"))


@pytest.mark.parametrize("options", [{}, {"device": "cpu", "backends": "torch@cpu,torch@gpu"}])
def test_an_engine_runs_nothing_on_a_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict) -> None:
    monkeypatch.setattr(devices, "listed", lambda: [Device("gpu", 0, "a card")])
    monkeypatch.setattr(executor, "named", lambda _: local)
    with pytest.raises(HarnessError, match=r"on the CPU alone.*; give --parity-device cpu"):
        Request.from_texts(tmp_path, executor="dask", **options)
    assert Request.from_texts(tmp_path, executor="dask", device="cpu").executor == "dask"


@pytest.mark.parametrize(
    ("cores_here", "options", "threads"),
    [
        (12, {}, 1),
        (12, {"profile": "smoke"}, 1),
        (12, {"profile": "full"}, 6),
        (2, {"profile": "full"}, 1),
        (64, {"profile": "full"}, 8),
        (12, {"profile": "full", "threads": "1"}, 1),
        (12, {"threads": "12"}, 12),
        (12, {"profile": "full", "executor": "dask", "device": "cpu"}, 1),
        (2, {"threads": "16", "executor": "dask", "device": "cpu"}, 16),
    ],
)
def test_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cores_here: int, options: dict, threads: int) -> None:
    monkeypatch.setattr(executor, "named", lambda _: local)
    monkeypatch.setattr(cores, "available", lambda: cores_here)
    assert Request.from_texts(tmp_path, **options).threads == threads
