from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.scenario.case import Case
from harness.scenario.catalogue import load_cases

Write = Callable[..., Path]
Load = Callable[..., list[Case]]
Problems = Callable[..., list[str]]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write `NAME=TEXT` as scenario files into a folder below the working directory."""
    monkeypatch.chdir(tmp_path)

    def write(folder: str = "scenarios", **files: str) -> Path:
        path = tmp_path / folder
        path.mkdir(exist_ok=True)
        for name, text in files.items():
            (path / f"{name}.yaml").write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def load(write: Write) -> Load:
    """Load the cases of the given files."""

    def load(profile: str = "stable", overrides: dict[str, str] | None = None, **files: str) -> list[Case]:
        return load_cases([write(**files)], profile, overrides or {})

    return load


@pytest.fixture
def problems(load: Load) -> Problems:
    """Load files that must not load, and give the sentences of the error."""

    def problems(profile: str = "stable", overrides: dict[str, str] | None = None, **files: str) -> list[str]:
        with pytest.raises(HarnessError) as caught:
            load(profile, overrides, **files)
        return str(caught.value).splitlines()

    return problems
