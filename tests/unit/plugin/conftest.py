"""A project of its own for each test: the ladder, a few small scenarios, and toy backends to run them with."""

import os
import runpy
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

# Sessions inside a test forget what they imported: matplotlib must not be imported twice in one process, and what the
# environment holds is read once.
import harness.report.assembly
import harness.report.figures
import harness.report.junit
import harness.report.pages  # noqa: F401

ROOT = Path(__file__).parents[3]
SMALL = """\
description: "Small."
dataset: {object: {shape: [160, 160]}, scan: {images: 24}, nphotons: 1.0e6}
grouping: {groups: 4}
training: {epochs: 2, batch_size: 2}
inference: {group_limit: 6}
"""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the toy backends, for the import path."""
    install = runpy.run_path(str(ROOT / "tests" / "unit" / "run" / "conftest.py"))["install_toys"]
    folder: Path = install(tmp_path_factory.mktemp("toys") / "site")
    return folder


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user cache folder, with the digest store in it, that all tests share: what one has run, none runs again."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, site: Path, cache: Path) -> pytest.Pytester:
    """A folder with the repository's conftest, its ladder and the scenario `small`."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(site)]))
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # other plugins cost a second each session
    monkeypatch.delenv("PARITY_DATA", raising=False)
    ladder = pytester.path / "tests" / "parity"
    ladder.mkdir(parents=True)
    for suite in ("test_ladder.py", "test_studies.py"):
        shutil.copy(ROOT / "tests" / "parity" / suite, ladder)
    text = (ROOT / "conftest.py").read_text().replace('pytest_plugins = ["pytester"]\n', "")
    pytester.makeconftest(text)
    pytester.makepyprojecttoml('[tool.pytest.ini_options]\naddopts = "--strict-markers --parity-backends toy,other"\n')
    (pytester.path / "scenarios").mkdir()
    (pytester.path / "scenarios" / "small.yaml").write_text(SMALL)
    return pytester


@pytest.fixture
def scenario(project: pytest.Pytester) -> Callable[..., None]:
    """A function that writes one scenario file: a small one with `more` text, or just `whole`."""

    def write(name: str, more: str = "", whole: str = "") -> None:
        (project.path / "scenarios" / f"{name}.yaml").write_text(whole or SMALL + more)

    return write
