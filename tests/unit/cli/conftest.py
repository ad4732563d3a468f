"""A folder with one small scenario, a hub that `run` made of it with toy backends, and a way to run verbs."""

import runpy
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from harness.cli.app import app

ROOT = Path(__file__).parents[3]
SCENARIO = """\
description: "Small."
dataset: {object: {shape: [160, 160]}, scan: {images: 24}, nphotons: 1.0e6}
grouping: {groups: 4}
training: {epochs: 2, batch_size: 2}
inference: {group_limit: 6}
"""
Verb = Callable[..., Result]


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder; `hub` in it is made by `run`, and tests must not change it."""
    root = tmp_path_factory.mktemp("cli")
    (root / "scenarios").mkdir()
    (root / "scenarios" / "small.yaml").write_text(SCENARIO)
    install = runpy.run_path(str(ROOT / "tests" / "unit" / "run" / "conftest.py"))["install_toys"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(install(root / "site")))
        patch.setenv("XDG_CACHE_HOME", str(root / "cache"))
        patch.chdir(root)
        (root / "output.txt").write_text(_run("run", "small", "--backends", "toy,other", "--hub", "hub").stdout)
        yield root


@pytest.fixture
def verb(home: Path, monkeypatch: pytest.MonkeyPatch) -> Verb:
    """Runs a verb in the folder."""
    monkeypatch.chdir(home)
    return _run
